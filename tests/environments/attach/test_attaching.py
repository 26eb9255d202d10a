"""A platform that runs already is found, asked once, and left as it is; what is in the way is one clear error."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import environments
from harness.errors import EnvironmentFailure, UsageError
from harness.platform import PlatformErrors
from harness.settings import Settings

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def settings(tmp_path, stacks, endpoints):
    """Return settings for an endpoints file with the given endpoints (by default those that answer)."""

    def make(further: str = "", addresses: dict[str, str] = endpoints, **given: object) -> Settings:
        lines = [f"  {name}: {url}" for name, url in addresses.items()]
        file = tmp_path / "endpoints.yaml"
        file.write_text("\n".join(["name: staging", "endpoints:", *lines, further]))
        platform = PROJECT / "demo" / "platform.yaml"
        return Settings(**{"environment": "attach", "platform": platform, "endpoints": file, **given})

    return make


def left(stacks: Path) -> list[Path]:
    return [file.parent for file in stacks.rglob("stack.json")] + list(stacks.rglob("secrets.json"))


def test_a_platform_that_answers_is_handed_out_and_nothing_of_it_is_left(settings, endpoints, stacks):
    with environments.running(settings('workloads: {polaris: {component: catalog, version: "1.2"}}')) as stack:
        assert stack.endpoints == endpoints
        (workload,) = stack.workloads
        assert (workload.name, workload.kind, workload.version, workload.runs_as) == (
            "polaris",
            "external",
            "1.2",
            None,
        )
        assert stack.secret("polaris-client-id") == "secret-of-polaris-client-id"
        assert stack.secrets_file.stat().st_mode & 0o777 == 0o600
        assert stack.platform_file.read_text() == (PROJECT / "demo" / "platform.yaml").read_text()
    assert not left(stacks)


def test_a_kept_one_is_used_again_until_its_endpoints_change(settings, endpoints):
    with environments.running(settings(keep=True)) as first:
        pass
    try:
        with environments.running(settings(keep=True)) as again:
            assert again.id == first.id
        with environments.running(settings("production: false")) as other:
            assert other.id != first.id
    finally:
        environments.down(first)


def test_every_endpoint_that_does_not_answer_is_named(settings, endpoints, stacks):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    silent = {"catalog": f"http://127.0.0.1:{port}", "database": f"postgresql://floe@127.0.0.1:{port}/floe"}
    with (
        pytest.raises(EnvironmentFailure, match="staging does not answer") as error,
        environments.running(settings(addresses=endpoints | silent)),
    ):
        pass
    assert f"catalog at {silent['catalog']}" in str(error.value)
    assert f"database at {silent['database']}" in str(error.value)
    assert "orchestrator at" not in str(error.value)
    assert not left(stacks)


def test_production_is_refused_before_anything_is_asked(settings, stacks):
    with (
        pytest.raises(UsageError, match="staging is marked production"),
        environments.running(settings("production: true")),
    ):
        pass
    assert not left(stacks)
    with environments.running(settings("production: true", read_only=True)) as stack:
        assert stack.read_only
    with environments.running(settings("production: true", allow_writes_to="staging")) as stack:
        assert not stack.read_only


def test_production_may_be_marked_in_platform_yaml(settings, tmp_path):
    text = (PROJECT / "demo" / "platform.yaml").read_text()
    (tmp_path / "platform.yaml").write_text(text.replace("infrastructure:\n", "infrastructure:\n  production: true\n"))
    with (
        pytest.raises(UsageError, match="marked production"),
        environments.running(settings(platform=tmp_path / "platform.yaml")),
    ):
        pass


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        ({"endpoints": None}, UsageError, "is not said"),
        ({"namespace": "floe"}, UsageError, "is said twice"),
        ({"endpoints": Path("there-is-none.yaml")}, PlatformErrors, "cannot be read"),
    ],
)
def test_which_platform_is_meant_has_to_be_said_once(settings, stacks, given, error, told):
    with pytest.raises(error, match=told), environments.running(settings(**given)):
        pass
    assert not left(stacks)


def test_missing_credentials_are_told(settings, monkeypatch):
    monkeypatch.delenv("CUBE_API_SECRET")
    assert "CUBE_API_SECRET" not in os.environ
    with pytest.raises(UsageError, match="credentials of staging"), environments.running(settings()):
        pass


def test_no_fault_is_injected(tmp_path):
    command = [sys.executable, "-m", "pytest", "-q", str(PROJECT / "features"), f"--rootdir={PROJECT}", "--env=attach"]
    command += ["--confcutdir", str(PROJECT), "--endpoints", "e.yaml", "--fault", "catalog-killed"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "no fault is injected into a platform that runs already" in done.stderr


def test_neither_a_job_is_run_nor_a_workload_changed(settings):
    with environments.running(settings()) as stack:
        with pytest.raises(UsageError, match="only looked at"):
            environments.rerun(stack, "catalog-init")
        with pytest.raises(UsageError, match="only looked at"):
            environments.changed(stack, "polaris", None)
        with pytest.raises(UsageError, match="no fault is injected"), environments.at_risk(stack):
            pass
