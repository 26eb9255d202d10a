import subprocess
import sys

import httpx
import psutil
import pytest

from harness.contracts import Breach, Breaches, Registry, Soft, Stage, together
from harness.contracts.blame import blamed
from harness.errors import EnvironmentFailure, UsageError, WaitTimeout
from harness.stack import WorkloadState
from harness.systems.http import answer, plain_client
from tests.stacks import a_stack


@pytest.fixture
def promise():
    registry = Registry()
    registry.contract("catalog.answers", stage=Stage.INIT, promise="The catalog answers.", mend="start it")(print)
    return registry["catalog.answers"]


@pytest.fixture
def stack(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    workload = WorkloadState(name="polaris", component="catalog", kind="stand-in", pid=ended.pid, created=0.0)
    return a_stack(tmp_path, workloads=[workload])


def test_a_breach_says_contract_stage_expected_actual_and_mend(promise):
    with pytest.raises(Breach) as error, blamed(promise):
        raise Breach("it said no", expected="yes", actual="no")
    text = str(error.value)
    assert text.splitlines()[0] == "catalog.answers  broken at stage init"
    for part in ("it said no", "expected  yes", "actual    no", "next      start it"):
        assert part in text


def test_a_breach_without_words_of_its_own_tells_the_promise(promise):
    with pytest.raises(Breach, match="The catalog answers"), blamed(promise):
        raise Breach()


def test_a_wrong_answer_is_the_platform_s_fault(promise, serve):
    server = serve(lambda request: (500, {"error": "broken"}))
    with pytest.raises(Breach) as error, blamed(promise):
        answer(plain_client(server.url).get("/config"))
    assert error.value.contract == "catalog.answers"
    assert "500" in str(error.value)
    assert "broken" in str(error.value)
    assert "/config" in str(error.value)


def test_a_system_that_cannot_be_reached_is_the_environment_s_fault(promise, serve):
    with pytest.raises(EnvironmentFailure) as error, blamed(promise):
        plain_client("http://127.0.0.1:1").get("/config")
    assert "GET http://127.0.0.1:1/config" in str(error.value)


def test_a_workload_that_has_died_is_named(promise, stack):
    with pytest.raises(EnvironmentFailure, match="no process any more: polaris"), blamed(promise, stack):
        raise WaitTimeout("waited in vain")


def test_a_wait_in_vain_on_a_living_platform_is_the_platform_s_fault(promise, stack):
    stack.workloads[0].pid = None
    with pytest.raises(Breach), blamed(promise, stack):
        raise WaitTimeout("waited in vain")


def test_a_recycled_pid_is_not_taken_for_the_workload(promise, stack):
    stack.workloads[0].pid, stack.workloads[0].created = psutil.Process().pid, 1.0
    with pytest.raises(EnvironmentFailure), blamed(promise, stack):
        raise WaitTimeout("waited in vain")


def test_an_error_of_the_harness_itself_is_nobody_else_s(promise, stack):
    with pytest.raises(ZeroDivisionError), blamed(promise, stack):
        raise ZeroDivisionError


def test_an_error_of_a_client_library_is_the_platform_s_fault(promise):
    import duckdb

    with pytest.raises(Breach, match="CatalogException"), blamed(promise):
        duckdb.connect().execute("select * from there_is_no_such_table")


def test_a_user_s_mistake_stays_one(promise):
    with pytest.raises(UsageError), blamed(promise):
        raise UsageError("no such table")


def _breaks(words):
    def check():
        raise Breach(words)

    return check


def test_together_makes_all_checks_and_tells_each_breach():
    made = []
    with pytest.raises(Breaches) as error:
        together(_breaks("one"), lambda: made.append("two"), _breaks("three"), lambda: made.append("four"))
    assert made == ["two", "four"]
    assert [breach.heading for breach in error.value.breaches] == ["one", "three"]
    assert "one" in str(error.value)
    assert "three" in str(error.value)


def test_a_single_breach_is_raised_itself():
    with pytest.raises(Breach) as error:
        together(_breaks("one"), lambda: None)
    assert not isinstance(error.value, Breaches)


def test_together_is_silent_when_all_holds():
    together(lambda: None, lambda: None)


def test_an_error_that_is_no_breach_ends_the_step_at_once():
    made = []
    with pytest.raises(httpx.ConnectError):
        together(lambda: httpx.get("http://127.0.0.1:1"), lambda: made.append(1))
    assert made == []


def test_breaches_in_breaches_are_told_once_each():
    soft = Soft()
    with soft.one():
        _breaks("one")()
    with soft.one():
        together(_breaks("two"), _breaks("three"))
    with pytest.raises(Breaches) as error:
        soft.settle()
    assert [breach.heading for breach in error.value.breaches] == ["one", "two", "three"]
    soft.settle()  # what was told is forgotten
