"""A stack that is only read is diagnosed without a write, and a check that writes is refused."""

import pytest

from harness.contracts import NotEvaluated, all_contracts, check
from harness.diagnosis.live import diagnose
from harness.stages import STAGES

WRITING = {
    "catalog.init-changes-nothing",
    "catalog.namespaces-work",
    "catalog.probe-table",
    "lineage.canary",
    "object-store.keeps-objects",
    "semantic.answer-fresh",
    "traces.canary",
}


def test_the_contracts_that_write_are_these():
    assert {contract.id for contract in all_contracts() if contract.writes} == WRITING


def test_no_diagnosis_checks_them(stack):
    stack.read_only = True
    outcomes = [outcome for outcome in diagnose(stack).outcomes if outcome.contract.id in WRITING]
    assert {outcome.contract.id for outcome in outcomes} == WRITING
    assert {outcome.reason for outcome in outcomes} == {"it would write, and the platform is only read"}


@pytest.mark.parametrize("id", sorted(WRITING))
def test_no_scenario_checks_them(probe, id):
    probe.stack.read_only = True
    with pytest.raises(NotEvaluated, match="would write"):
        check(probe, id)


@pytest.mark.parametrize("stage", ["bronze", "transform"])
def test_no_job_is_run(probe, stage):
    probe.stack.read_only = True
    probe._result = lambda stage: {}
    with pytest.raises(NotEvaluated, match="only read"):
        STAGES[stage](probe)
