"""Workloads start along what they require; the first that dies ends the start with its last lines."""

import sys
import threading
from collections.abc import Iterator

import psutil
import pytest

from environments.local.process import ProcessSpec, Ready
from environments.local.start import Starter
from harness.errors import StartError

STAYS = "import time; time.sleep(60)"


@pytest.fixture
def starter(tmp_path):
    (tmp_path / "logs").mkdir()
    held: list[psutil.Process] = []
    yield Starter("test-stack", tmp_path, held.append, lambda name, text, last: None)
    for process in held:
        if process.is_running():
            process.kill()


def workload(name: str, code: str, *, probe=lambda: None, requires=(), job=False, limit=20.0, env=None) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        component="database",
        kind="real",
        version="1",
        command=(sys.executable, "-c", code),
        env=env or {},
        requires=requires,
        job=job,
        ready=None if job else Ready("it says so", probe, limit),
    )


def test_a_job_ends_before_what_requires_it_starts(starter, tmp_path):
    seen = []
    specs = [
        workload("second", STAYS, requires=("first",), probe=lambda: seen.append((tmp_path / "made").exists())),
        workload("first", f"open({str(tmp_path / 'made')!r}, 'w')", job=True),
    ]
    states = starter.start(specs)
    assert [state.name for state in states] == ["second", "first"]
    assert seen == [True]


def test_a_workload_that_dies_is_told_with_its_last_lines(starter):
    dies = workload("dies", "print('no disk left'); raise SystemExit(7)", probe=lambda: "not yet")
    with pytest.raises(StartError) as told:
        starter.start([workload("stays", STAYS), dies, workload("waits", STAYS, requires=("dies",))])
    assert "dies died while it started" in str(told.value)
    assert "exit status 7" in str(told.value)
    assert "no disk left" in str(told.value)


def test_a_workload_that_is_late_is_told_with_what_was_seen_last(starter):
    with pytest.raises(StartError) as told:
        starter.start([workload("late", STAYS, probe=lambda: "answered 503", limit=0.3)])
    assert "answered 503" in str(told.value)
    assert "it says so" in str(told.value)


def test_a_failed_job_fails_the_start(starter):
    with pytest.raises(StartError, match="init failed"):
        starter.start([workload("init", "raise SystemExit(1)", job=True)])


def test_a_program_that_is_not_there_is_told(starter):
    with pytest.raises(StartError, match="cannot be run"):
        starter.start([ProcessSpec("x", "database", "real", "1", ("/no/such/program",))])


def test_the_machines_environment_is_not_passed_on(starter, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-user")
    starter.start([workload("prints", "import os; print(dict(os.environ))", job=True, env={"OWN": "1"})])
    log = (tmp_path / "logs" / "prints.log").read_text()
    assert "of-the-user" not in log
    assert "'OWN': '1'" in log


def test_an_interrupt_while_workloads_are_still_being_submitted_ends_the_start(starter):
    class Interrupted(list[ProcessSpec]):
        """The second look at it, which submits the workloads, breaks off behind the first."""

        looks = 0

        def __iter__(self) -> Iterator[ProcessSpec]:
            self.looks += 1
            yield self[0]
            if self.looks > 1:
                raise KeyboardInterrupt
            yield self[1]

    specs = Interrupted([workload("waits", STAYS, requires=("never",)), workload("never", STAYS)])
    ended = []

    def start() -> None:
        try:
            starter.start(specs)
        except KeyboardInterrupt:
            ended.append(True)

    thread = threading.Thread(target=start, daemon=True)
    thread.start()
    thread.join(20)
    assert ended
