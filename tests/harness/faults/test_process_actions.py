"""Actions on processes: a paused one goes on afterwards, one that is not there is told; real processes."""

import json
import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

from harness.faults.live import Live
from harness.platform.problem import PlatformErrors
from harness.stack import WorkloadState
from harness.wait import NotYet, wait_for


@pytest.fixture
def process():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    yield psutil.Process(child.pid)
    child.kill()
    child.wait()


@pytest.fixture
def changes():
    return []


@pytest.fixture
def live(process, changes):
    states = [
        WorkloadState(name="polaris", component="catalog", kind="real", pid=process.pid),
        WorkloadState(name="catalog-init", component="catalog", kind="real"),
    ]

    def change(stack, workload, variables):
        changes.append((workload, variables))
        return lambda: changes.append("undone")

    return Live(SimpleNamespace(stack=SimpleNamespace(workloads=states)), change)


@pytest.fixture
def one(fault):
    return lambda action: fault(f"environments: [local]\nactions:\n  - {json.dumps(action)}\n")


def await_status(process, *, stopped):
    def asked():
        if (process.status() == psutil.STATUS_STOPPED) is not stopped:
            raise NotYet(process.status())

    wait_for("its status is right", asked, 20)


def test_a_process_stops_and_goes_on(one, live, process):
    with one({"pause": "polaris"}).injected(live):
        await_status(process, stopped=True)  # a signal takes its time to arrive
    await_status(process, stopped=False)


@pytest.mark.parametrize(
    ("action", "change"),
    [
        ({"kill": "polaris"}, ("polaris", None)),
        ({"restart": "polaris", "variables": {"A": "b", "C": None}}, ("polaris", {"A": "b", "C": None})),
    ],
)
def test_the_environment_is_asked_to_end_or_restart_a_workload_and_to_undo_it(one, live, changes, action, change):
    with one(action).injected(live):
        assert changes == [change]
    assert changes == [change, "undone"]


@pytest.mark.parametrize("verb", ["kill", "pause"])
@pytest.mark.parametrize(("name", "words"), [("polars", "did you mean 'polaris'?"), ("catalog-init", "no process")])
def test_what_is_no_process_is_told(one, live, verb, name, words):
    with pytest.raises(PlatformErrors) as told, one({verb: name}).injected(live):
        pass
    assert words in str(told.value)


def test_what_changes_a_stack_changes_no_files(one, files):
    with pytest.raises(PlatformErrors, match="changes what runs"):
        one({"pause": "polaris"}).inject(files)
