"""Results folders of runs that were never run, as a run writes them."""

from datetime import UTC, datetime, timedelta

import pytest

from harness.run import Cause, Git, Machine, Root, Run, Scenario, Workload, begin, complete
from harness.run.fingerprint import fingerprint
from harness.run.model import Promise

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MACHINE = Machine(system="Linux", release="6", architecture="x86_64", cpus=2, memory_bytes=1, python="3.11.7")
CUBE = "semantic-layer.running"


def scenario(name: str = "Answers", **changes) -> Scenario:
    return Scenario(
        **{
            "scenario": f"features/query_cube.feature::{name}",
            "status": "passed",
            "stage": "semantic",
            "tags": ("req:F-1", "semantic"),
            "seconds": 1.0,
            "contracts": ("semantic.answers",),
            **changes,
        }
    )


def failed(name: str = "Answers", **changes) -> Scenario:
    """Return a scenario that failed since Cube was gone."""
    print_ = fingerprint("contract", CUBE, "cube-api")
    cause = Cause(
        blame="contract", contract="semantic.answers", root=print_, fingerprint=print_, told="Cube does not answer"
    )
    return scenario(name, status="failed", cause=cause, **changes)


def env_failure(name: str = "Answers") -> Scenario:
    cause = Cause(blame="ENV", fingerprint=fingerprint("ENV", "no space"), told="no space is left")
    return scenario(name, status="broken", cause=cause)


ROOT = Root(
    contract=CUBE,
    stage="semantic",
    subject="cube-api",
    expected="a process",
    actual="<none> | it has ended",
    mend="start it again",
    broke_with=("semantic.answers",),
    fingerprint=fingerprint("contract", CUBE, "cube-api"),
)


def run(*scenarios: Scenario, **changes) -> Run:
    scenarios = scenarios or (scenario(),)
    return Run(
        **{
            "id": "a" * 32,
            "complete": True,
            "begun": NOW - timedelta(hours=1),
            "ended": NOW - timedelta(minutes=50),
            "exit_status": int(any(one.status != "passed" for one in scenarios)),
            "harness_version": "0.1.0",
            "environment": "local",
            "git": Git(commit="c" * 40, dirty=False),
            "machine": MACHINE,
            "platform_file": "demo/platform.yaml",
            "platform_digest": "d" * 64,
            "code_digest": "e" * 64,
            "workloads": (Workload(name="polaris", component="catalog", kind="stand-in", version="1.7.0"),),
            "promises": (
                Promise(id="semantic.answers", stage="semantic", promise="Cube answers."),
                Promise(id=CUBE, stage="semantic", promise="Cube runs."),
            ),
            "collected": tuple(one.scenario for one in scenarios),
            "scenarios": scenarios,
            **changes,
        }
    )


@pytest.fixture
def folder_of(tmp_path):
    """Return a function that writes a run into a results folder, and returns the folder."""

    def write(run: Run, name: str | None = None):
        folder = tmp_path / "results" / (name or run.id)
        begin(folder, run.model_copy(update={"complete": False}))
        complete(folder, run)
        return folder

    return write
