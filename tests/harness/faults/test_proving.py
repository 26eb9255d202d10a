"""A mend is applied to the roots that it is known for, judged by what is broken after it, and undone unless kept."""

from types import SimpleNamespace

import pytest

from harness.contracts.breach import Breach
from harness.contracts.registry import Contract, Stage
from harness.diagnosis import Diagnosis, Outcome
from harness.faults.live import Live
from harness.faults.proving import UNKNOWN, known_mends, not_tried, prove
from harness.faults.reader import mends, read_mend
from harness.stack import WorkloadState


def broken(id, subject=""):
    contract = Contract(id, Stage.INIT, "It holds.", (), "mend it", lambda target: None)
    return Outcome(contract, subject, Breach("it does not hold").of(contract))


DEAD = broken("catalog.running", "polaris")
HUNG = broken("lineage-store.answers")
LATER = broken("catalog.probe-table", "gold")


@pytest.fixture
def done():
    return []


@pytest.fixture
def stack():
    states = [
        WorkloadState(name="polaris", component="catalog", kind="real", pid=1),
        WorkloadState(name="marquez", component="lineage-store", kind="stand-in", pid=2),
    ]
    return SimpleNamespace(workloads=states)


@pytest.fixture
def live(done, stack):
    def change(stack, workload, variables):
        done.append(("started", workload, variables))
        return lambda: done.append(("undone", workload))

    return Live(SimpleNamespace(stack=stack), change)


@pytest.fixture
def start_again(stack):
    before = Diagnosis((DEAD,))
    return before, known_mends(before, stack, mends())


STARTED, UNDONE = ("started", "polaris", {}), ("undone", "polaris")


def test_a_mend_that_holds_is_proved_and_undone(start_again, live, done):
    proof = prove(*start_again, live, lambda: Diagnosis(()))
    assert proof.said == {"catalog.running polaris": "start-it-again is proved: the root is gone"}
    assert (proof.holds, proof.kept, done) == (True, False, [STARTED, UNDONE])


def test_a_mend_that_holds_is_kept_when_it_is_to_be(start_again, live, done):
    proof = prove(*start_again, live, lambda: Diagnosis(()), keep=True)
    assert (proof.kept, done) == (True, [STARTED])


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (DEAD, "start-it-again does not hold: what is broken now: catalog.running polaris"),
        (LATER, "start-it-again does not hold: what is broken now: catalog.probe-table gold"),  # the root has moved
    ],
)
def test_a_mend_that_leaves_or_moves_the_root_does_not_hold_and_is_never_kept(start_again, live, done, left, words):
    proof = prove(*start_again, live, lambda: Diagnosis((left,)), keep=True)
    assert list(proof.said.values()) == [words]
    assert (proof.holds, proof.kept, done) == (False, False, [STARTED, UNDONE])


def test_what_could_not_be_looked_at_again_is_not_proved(start_again, live):
    unknown = Outcome(DEAD.contract, "polaris", reason="out of time", open=True)
    proof = prove(*start_again, live, lambda: Diagnosis((unknown,)))
    assert list(proof.said.values()) == ["start-it-again is not proved: catalog.running could not be evaluated"]


def test_a_root_without_a_mend_is_told_and_nothing_is_changed(stack, live, done):
    before = Diagnosis((broken("bronze.rows", "bronze/raw_orders"),))
    proof = prove(before, known_mends(before, stack, mends()), live, lambda: pytest.fail("nothing was changed"))
    assert list(proof.said.values()) == [UNKNOWN]
    assert done == []


def test_the_workload_of_a_contract_is_found_by_the_part_that_it_is_named_after(stack):
    (mend,) = known_mends(Diagnosis((HUNG,)), stack, mends()).values()
    assert mend.actions[0].go_on == "marquez"


def test_a_mend_that_does_not_fit_is_told(stack, live, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("id: mine\ntitle: t\nenvironments: [local]\nactions:\n  - {restart: polars, variables: {}}\n")
    proof = prove(Diagnosis((DEAD,)), {"catalog.running polaris": read_mend(file)}, live, lambda: Diagnosis(()))
    (said,) = proof.said.values()
    assert "mine cannot be applied" in said
    assert "did you mean 'polaris'?" in said


def test_of_a_foreign_stack_the_mend_is_told_alone(start_again):
    before, known = start_again
    assert list(not_tried(before, known).said.values()) == [
        "not tried here: The process that has ended is started again, as it was made"
    ]


def test_each_known_mend_says_what_it_mends():
    assert all(mend.mends or mend.judged_on for mend in mends())
