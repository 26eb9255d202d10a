"""Every process of the platform is looked after by one contract; a dead one is told with its last words."""

import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

import environments
from harness.contracts import Breach
from harness.contracts.running import PARTS, part_of, still_runs
from harness.settings import Settings
from harness.stack import WorkloadState


def workload(name, component, **more):
    return WorkloadState(name=name, component=component, kind="real", **more)


def test_every_workload_of_local_is_of_one_part_and_every_part_has_one(tmp_path):
    deployment = environments.planned(Settings(), tmp_path)
    jobs = {"catalog-init"}
    parts = {w.name: part_of(workload(w.name, w.component)) for w in deployment.workloads if w.name not in jobs}
    assert None not in parts.values()
    assert {part.id for part in parts.values()} == {part.id for part in PARTS}
    assert parts["dagster-daemon"].id == "orchestrator.daemon-running"
    assert parts["dagster-user-code"].id == "orchestrator.code-running"
    assert parts["dagster-webserver"].id == "orchestrator.running"
    assert parts["cube-refresh-worker"].id == "refresh-worker.running"


def test_a_component_that_no_contract_is_about_has_no_part():
    assert part_of(workload("a", "something")) is None


def probe_of(state):
    return SimpleNamespace(stack=SimpleNamespace(workload=lambda name: state))


def test_a_process_that_runs_holds():
    own = psutil.Process()
    state = workload("polaris", "catalog", pid=own.pid, created=own.create_time())
    assert still_runs(probe_of(state), "polaris") == {"runs as": f"process {own.pid}"}


def test_a_process_that_has_ended_is_told_with_the_end_of_its_log(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    log = tmp_path / "polaris.log"
    log.write_text("\n".join([*(f"line {n}" for n in range(100)), "OutOfMemoryError " + "x" * 1000]))
    state = workload("polaris", "catalog", pid=ended.pid, created=0.0, log=log)
    with pytest.raises(Breach, match="the process of polaris has ended") as error:
        still_runs(probe_of(state), "polaris")
    last = error.value.evidence.splitlines()
    assert last[-1].startswith("OutOfMemoryError")
    assert len(last) <= 6
    assert max(map(len, last)) <= 160
