"""`harness diagnose`: 1 for a breach, 2 where there is nothing to look at; the shape of its JSON is preflight's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.stack import WorkloadState
from tests.stacks import a_stack

DEMO = Path(__file__).parents[3] / "demo" / "platform.yaml"


@pytest.fixture
def diagnose(tmp_path):
    """Return a function that runs the command among the stacks of a folder of its own."""

    def run(*arguments):
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        command = [sys.executable, "-m", "harness.cli", "diagnose", *arguments]
        return subprocess.run(
            command, env=environment, cwd=DEMO.parents[1], capture_output=True, text=True, timeout=120, check=False
        )

    return run


@pytest.fixture
def dead_stack(tmp_path):
    """A stack that is written down, whose catalog has ended."""
    folder = tmp_path / f"floe-{os.getuid()}" / "0123abcd"
    folder.mkdir(parents=True)
    (folder / "secrets.json").write_text("{}")
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    state = WorkloadState(name="polaris", component="catalog", kind="real", pid=ended.pid, created=0.0)
    stack = a_stack(folder, platform_file=DEMO, made_from=DEMO, workloads=[state])
    stack.save()
    return stack


def test_without_a_stack_it_says_what_to_do(diagnose):
    done = diagnose()
    assert done.returncode == 2
    assert "nothing is up" in done.stderr
    assert "harness up" in done.stderr
    assert "--keep" in done.stderr


def test_an_unknown_stack_is_told_with_the_nearest(diagnose, dead_stack):
    done = diagnose("--stack", "0123abce")
    assert done.returncode == 2
    assert "did you mean '0123abcd'?" in done.stderr


def test_a_breach_is_named_with_what_broke_with_it(diagnose, dead_stack):
    done = diagnose("--stack", dead_stack.id, "--stage", "init")
    assert done.returncode == 1, done.stderr
    assert "catalog.running  broken at stage init" in done.stdout
    assert "broke with it: catalog.healthy" in done.stdout


def test_for_machines_it_has_the_shape_of_preflight(diagnose, dead_stack):
    done = diagnose("--json", "--stage", "init")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {"roots", "held", "broken", "not_evaluated"}
    root = next(root for root in told["roots"] if root["contract"] == "catalog.running")
    assert set(root) == {"contract", "stage", "subject", "expected", "actual", "mend", "location"}
    assert root["subject"] == "polaris"
