"""The diagnosis of a stack: what is kept of its stages is used, nothing is made, what has died is named."""

import json

import pytest

from harness.contracts import Breach, NotEvaluated, Stage, all_contracts
from harness.diagnosis.live import diagnose, needed_for
from harness.errors import WaitTimeout
from harness.results import StageFailed, StageResults


def test_every_process_that_has_ended_is_named_with_the_end_of_its_log(stack):
    found = diagnose(stack)
    assert {(root.contract.id, root.subject) for root in found.roots} == {
        ("object-store.running", "object-store"),
        ("database.running", "postgresql"),
        ("catalog.running", "polaris"),
        ("trace-store.running", "jaeger"),
        ("semantic-layer.running", "cube-api"),
        ("refresh-worker.running", "cube-refresh-worker"),
    }
    assert all("out of memory" in root.breach.evidence for root in found.roots)
    assert not found.held


def test_a_stage_brings_along_what_it_requires_and_no_more():
    chosen = [contract.id for contract in needed_for(Stage.LINEAGE, all_contracts())]
    assert {"lineage.canary", "lineage-store.running", "catalog.running", "transform.run-succeeds"} <= set(chosen)
    assert not {"traces.canary", "semantic.rollup-refreshed"} & set(chosen)
    assert len(needed_for(None, all_contracts())) == len(all_contracts())


def test_what_may_still_come_is_no_breach_where_patience_is_short(stack, probe):
    def missing():
        raise Breach("no span")

    probe.patience = 0.1
    for ended, raised in ((0.0, Breach), (10_000_000_000.0, NotEvaluated)):
        probe._result = lambda stage, ended=ended: {"ended": ended}
        with pytest.raises(raised, match="no span"):
            probe.eventually(missing, 20.0, after="semantic")


def test_a_stage_that_failed_is_a_breach_with_the_words_of_then(stack):
    (stack.folder / "results").mkdir()
    (stack.folder / "results" / "bronze.json").write_text(
        json.dumps({"failed": "run 1 ended", "evidence": "no space left", "run": "another"})
    )
    with pytest.raises(StageFailed, match="run 1 ended") as error:
        StageResults(stack).kept("bronze")
    assert error.value.evidence == "no space left"
    assert StageResults(stack).kept("transform") is None


def test_a_stage_that_was_given_up_since_a_workload_had_died_proves_nothing(stack):
    def given_up():
        raise WaitTimeout("waiting ended early")

    with pytest.raises(WaitTimeout):
        StageResults(stack, "one").get("bronze", given_up)
    assert StageResults(stack).kept("bronze") is None
