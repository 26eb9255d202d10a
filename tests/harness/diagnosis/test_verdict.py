"""What a run's failures come from: the roots, those that only a scenario saw, and what nothing explains."""

import pytest

from harness.contracts import Breach, NotEvaluated, Registry, Stage, Target
from harness.diagnosis import evaluate
from harness.diagnosis.verdict import Failure, judge, verdict_as_json, verdict_as_text


def breaks(target):
    raise Breach("it is wrong")


def not_there(target):
    raise NotEvaluated("it is not run again for this")


@pytest.fixture
def contracts():
    registry = Registry()
    for id, requires, check in (
        ("root", (), breaks),
        ("symptom", ("root",), breaks),
        ("held", (), lambda target: None),
        ("open", (), not_there),
        ("open.further", ("open",), not_there),
        ("open.behind-root", ("root",), not_there),
    ):
        registry.contract(
            id, stage=Stage.INIT, promise="It holds.", requires=requires, mend="mend it", takes=Target.CODE
        )(check)
    return registry.in_order()


def judged(contracts, *failures):
    return judge(failures, evaluate(contracts, {Target.CODE: "the code"}), contracts)


def failure(contract, **more):
    root = {"contract": contract, "stage": "init", "expected": "yes", "actual": "no", "mend": "mend it"}
    return Failure(f"{contract}.feature", contract, root if contract else None, **more)


def test_what_a_root_explains_is_not_told_again(contracts):
    verdict = judged(contracts, failure("root"), failure("symptom"), failure("open.behind-root"))
    assert (verdict.found, verdict.unexplained) == ((), ())


def test_a_contract_that_holds_now_is_flaky_or_the_harness_s_fault_and_never_green(contracts):
    verdict = judged(contracts, failure("held"))
    assert [each.scenario for each in verdict.unexplained] == ["held.feature"]
    text = verdict_as_text(verdict)
    assert "held.feature: it found held broken, which holds now: flaky, or the harness's fault" in text


def test_a_root_that_only_a_scenario_found_is_told_as_such_once(contracts):
    verdict = judged(contracts, failure("open.further"), failure("open"), failure("open"))
    assert [each.contract for each in verdict.found] == ["open"]
    assert "found by open.feature" in verdict_as_text(verdict)
    roots = verdict_as_json(verdict)["roots"]
    assert [(root["contract"], root.get("found_by")) for root in roots] == [("root", None), ("open", "open.feature")]


def test_a_contract_that_this_diagnosis_was_not_about_counts_by_what_the_scenario_found(contracts):
    assert [each.contract for each in judged(contracts, failure("preflight.other")).found] == ["preflight.other"]


def test_a_failure_without_a_contract_is_told(contracts):
    verdict = judged(contracts, failure(None), failure(None, unreachable=True))
    assert [each.scenario for each in verdict.unexplained] == ["None.feature"]
    assert "it broke no contract" in verdict_as_text(verdict)


def test_a_system_that_could_not_be_reached_is_not_explained_by_nothing():
    verdict = judge([Failure("a.feature", unreachable=True)], evaluate([], {}), [])
    assert len(verdict.unexplained) == 1


def test_a_root_is_told_to_machines_with_what_broke_with_it(contracts):
    told = verdict_as_json(judged(contracts, failure("root")))
    assert set(told["roots"][0]["broke_with"]) == {"symptom", "open.behind-root"}
    assert told["diagnosis"] == {"held": 1, "broken": 1, "not_evaluated": 4}
