"""Without a container engine there is one clear error, and nothing left; nothing here needs an engine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import EnvironmentFailure
from harness.liveness import alive, dead_workloads
from harness.stack import Container, Stack, WorkloadState
from harness.systems.engine import find_engine

ROOT = Path(__file__).parents[3]
NOBODY = "tcp://127.0.0.1:1"


def test_what_was_tried_is_told_and_how_to_go_on(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", NOBODY)
    with pytest.raises(EnvironmentFailure) as told:
        find_engine()
    assert NOBODY in str(told.value)
    assert "--env=local needs no engine" in str(told.value)


def test_without_a_variable_the_usual_sockets_are_tried(monkeypatch, tmp_path):
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("harness.systems.engine.SYSTEM_SOCKET", tmp_path / "docker.sock")
    with pytest.raises(EnvironmentFailure, match="no such socket") as told:
        find_engine()
    assert str(tmp_path / "podman" / "podman.sock") in str(told.value)


def test_a_run_ends_with_the_error_and_leaves_nothing(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "features/init_warehouse.feature",
            "--env=containers",
            "-p",
            "no:cacheprovider",
        ],
        cwd=ROOT,
        env={**os.environ, "DOCKER_HOST": NOBODY, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == EnvironmentFailure.exit_code
    assert "there is no container engine" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not list(tmp_path.glob("floe-*/*/"))


@pytest.mark.parametrize(
    ("arguments", "heading"),
    [
        (["--polaris-url=http://127.0.0.1:9"], "'polaris_url' is not for containers"),
        (["--images=built", "--object-store=localstack"], "built here is SeaweedFS"),
        (["--images=some"], "setting 'images' is not allowed"),
    ],
)
def test_settings_that_cannot_be_are_told(arguments, heading, tmp_path):
    command = [sys.executable, "-m", "harness.cli", "up", "--env", "containers"]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert done.returncode == 2
    assert heading in done.stderr


def test_a_container_whose_engine_is_gone_is_no_fault_of_the_platform(tmp_path):
    container = Container(engine=f"unix://{tmp_path}/none.sock", id="0123456789abcdef")
    state = WorkloadState(name="polaris", component="catalog", kind="real", container=container)
    with pytest.raises(EnvironmentFailure, match="does not answer"):
        alive(state)
    stack = Stack.model_construct(workloads=[state])
    assert dead_workloads(stack) == ["polaris"]
    assert state.runs_as == "container 0123456789ab"
