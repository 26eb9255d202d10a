"""Root breaches: what is checked, what is left out because of what, and on which subjects."""

import threading

import httpx
import pytest

from harness.contracts import Breach, Breaches, Case, Registry, Stage, Target
from harness.contracts.breach import NotEvaluated
from harness.diagnosis import as_json, as_text, evaluate, undecided

CODE = {Target.CODE: "the code"}


@pytest.fixture
def registry():
    return Registry()


def add(registry, id, *requires, broken=(), subjects=("",), **more):
    """Add a contract that is broken on some of its subjects."""

    def check(target, subject):
        if subject in broken:
            raise Breach(f"{subject} is wrong", expected="right", actual="wrong")

    registry.contract(
        id,
        stage=Stage.LOAD,
        promise=f"{id} holds.",
        requires=requires,
        mend="mend it",
        takes=Target.CODE,
        each=lambda target: [Case(subject, {"subject": subject}) for subject in subjects],
        **more,
    )(check)


def names(outcomes):
    return [(outcome.contract.id, outcome.subject) for outcome in outcomes]


def test_a_breach_behind_another_is_no_root(registry):
    add(registry, "a", broken=("",))
    add(registry, "b", "a", broken=("",))
    add(registry, "c", "b", broken=("",))
    found = evaluate(registry.in_order(), CODE)
    assert names(found.roots) == [("a", "")]
    assert names(found.broke_with(found.roots[0])) == [("b", ""), ("c", "")]
    assert (found.held, found.broken, found.not_evaluated) == ((), ("a",), ("b", "c"))


def test_independent_roots_are_all_named(registry):
    add(registry, "a", broken=("",))
    add(registry, "b", broken=("",))
    add(registry, "c")
    found = evaluate(registry.in_order(), CODE)
    assert names(found.roots) == [("a", ""), ("b", "")]
    assert found.held == ("c",)


@pytest.mark.parametrize(
    ("broken", "asked", "evaluated"),
    [
        ("cube/main/X", "cube/main/X", False),
        ("cube/main/X", "cube/main", False),
        ("cube/main", "cube/main/X", False),
        ("", "cube/main/X", False),
        ("cube/main/X", "", False),
        ("cube/main/X", "cube/main/Y", True),
        ("cube/main/X", "cube/other", True),
        ("cube", "cube-api/main", True),
    ],
)
def test_a_requirement_stands_in_the_way_of_what_it_belongs_to(registry, broken, asked, evaluated):
    add(registry, "a", subjects=(broken,), broken=(broken,))
    add(registry, "b", "a", subjects=(asked,), broken=(asked,))
    assert (("b", asked) in names(evaluate(registry.in_order(), CODE).roots)) is evaluated


def test_each_subject_is_judged_by_itself(registry):
    add(registry, "a", subjects=("one", "two"), broken=("one",))
    add(registry, "b", "a", subjects=("one", "two", "three"), broken=("two",))
    found = evaluate(registry.in_order(), CODE)
    assert names(found.roots) == [("a", "one"), ("b", "two")]
    assert as_json(found) | {"roots": []} == {"roots": [], "held": 0, "broken": 2, "not_evaluated": 0}


def test_what_is_not_evaluated_says_why_and_does_not_count_as_held(registry):
    add(registry, "a", applies=lambda target: "there is no Cube")
    add(registry, "b", subjects=())
    registry.contract("c", stage=Stage.INIT, promise="It holds.", mend="mend it")(print)
    found = evaluate(registry.in_order(), CODE)
    assert found.held == ()
    assert [outcome.reason for outcome in found.outcomes] == [
        "there is no Cube",
        "nothing that it is about was found",
        "there is no stack to look at",
    ]


def test_several_breaches_of_one_check_are_roots_each(registry):
    def check(target):
        raise Breaches([Breach("one", subject="x"), Breach("two", subject="y")])

    registry.contract("a", stage=Stage.LOAD, promise="It holds.", mend="mend it", takes=Target.CODE)(check)
    found = evaluate(registry.in_order(), CODE)
    assert names(found.roots) == [("a", "x"), ("a", "y")]
    assert as_json(found)["broken"] == 1


def test_an_error_of_the_harness_itself_is_not_taken_for_a_breach(registry):
    registry.contract("a", stage=Stage.LOAD, promise="It holds.", mend="mend it", takes=Target.CODE)(lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        evaluate(registry.in_order(), CODE)


def test_a_root_is_told_with_everything_that_helps(registry):
    add(registry, "a", subjects=("cube/main",), broken=("cube/main",))
    add(registry, "b", "a", subjects=("cube/main/X",))
    found = evaluate(registry.in_order(), CODE)
    assert as_text(found).splitlines() == [
        "a  broken at stage load",
        "  cube/main",
        "  cube/main is wrong",
        "  expected  right",
        "  actual    wrong",
        "  mend      mend it",
        "  broke with it: b",
        "",
        "0 contracts hold, 1 broken, 1 not evaluated",
    ]
    assert as_json(found)["roots"] == [
        {
            "contract": "a",
            "stage": "load",
            "subject": "cube/main",
            "expected": "right",
            "actual": "wrong",
            "mend": "mend it",
            "location": None,
        }
    ]


def add_case(registry, id, case, *requires, check=lambda target: None, **more):
    """Add a contract of one case."""
    registry.contract(
        id,
        stage=more.pop("stage", Stage.LOAD),
        promise=f"{id} holds.",
        requires=requires,
        mend="mend it",
        takes=more.pop("takes", Target.CODE),
        each=lambda target: [case] if isinstance(case, Case) else case,
    )(check)


def breaks(target, **params):
    raise Breach("it is wrong")


def test_what_a_subject_is_made_from_stands_in_its_way(registry):
    add(registry, "tables", subjects=("orders", "customers"), broken=("orders",))
    add_case(registry, "answers", Case("revenue", of=("orders",)), "tables", check=breaks)
    add_case(registry, "others", Case("countries", of=("customers",)), "tables", check=breaks)
    found = evaluate(registry.in_order(), CODE)
    assert names(found.roots) == [("tables", "orders"), ("others", "countries")]
    assert names(found.broke_with(found.roots[0])) == [("answers", "revenue")]


def test_what_is_made_from_something_wrong_is_wrong_with_it_by_the_same_contract(registry):
    cases = [Case("staged"), Case("mart", of=("staged",)), Case("other mart")]
    add_case(registry, "content", cases, check=breaks)
    found = evaluate(registry.in_order(), CODE)
    assert names(found.roots) == [("content", "staged"), ("content", "other mart")]
    assert names(found.broke_with(found.roots[0])) == [("content", "mart")]


def not_there(target):
    raise NotEvaluated("it has not run")


def test_a_requirement_of_which_nothing_can_be_said_stands_in_the_way_and_is_no_root(registry):
    add_case(registry, "run", Case(), check=not_there)
    add_case(registry, "rows", Case(), "run", check=breaks)
    add_case(registry, "totals", Case(), "rows", check=breaks)
    found = evaluate(registry.in_order(), CODE)
    assert (found.roots, found.held) == ((), ())
    assert [outcome.reason for outcome in found.outcomes] == [
        "it has not run",
        "run could not be evaluated",
        "run could not be evaluated",
    ]
    assert undecided(found) == ["not evaluated: run (it has not run)"]


def test_what_is_left_when_time_is_out_says_so(registry):
    done = threading.Event()
    add_case(registry, "first", Case())
    add_case(registry, "hangs", Case(), check=lambda target: done.wait())
    add_case(registry, "last", Case(), check=breaks)
    found = evaluate(registry.in_order(), CODE, limit=0.3)
    done.set()
    assert found.held == ("first",)
    assert [outcome.reason for outcome in found.outcomes] == [None, "out of time", "out of time"]


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_side_by_side_each_contract_comes_after_those_that_it_requires(registry, workers):
    finished = []

    def noting(id, needed):
        def check(target):
            assert set(needed) <= set(finished)
            finished.append(id)

        return check

    ids = [f"c{number:02}" for number in range(40)]
    for number, id in enumerate(ids):
        needed = tuple(ids[max(0, number - 3) : number : 2])
        add_case(registry, id, Case(), *needed, check=noting(id, needed))
    found = evaluate(registry.in_order(), CODE, workers=workers)
    assert set(found.held) == set(ids)
    assert [outcome.contract.id for outcome in found.outcomes] == [c.id for c in registry.in_order()]


def unreachable(target):
    httpx.get("http://127.0.0.1:1")


def late(target):
    raise httpx.ReadTimeout("timed out")


RUNNING = {Target.STACK: "a stack"}


def test_a_system_that_runs_and_cannot_be_reached_is_a_root(registry):
    add_case(registry, "answers", Case(), check=unreachable, takes=Target.STACK, stage=Stage.INIT)
    add_case(registry, "rows", Case(), "answers", check=unreachable, takes=Target.STACK, stage=Stage.BRONZE)
    found = evaluate(registry.in_order(), RUNNING)
    assert names(found.roots) == [("answers", "")]
    assert "ConnectError" in found.roots[0].breach.actual


def test_an_error_of_the_harness_itself_leaves_the_rest_of_a_running_platform_evaluated(registry):
    add_case(registry, "a", Case(), check=lambda target: 1 / 0, takes=Target.STACK, stage=Stage.INIT)
    add_case(registry, "b", Case(), takes=Target.STACK, stage=Stage.INIT)
    found = evaluate(registry.in_order(), RUNNING)
    assert (found.roots, found.held) == ((), ("b",))
    assert "ZeroDivisionError" in found.outcomes[0].reason


def test_no_answer_in_time_is_a_root_only_where_the_question_costs_nothing(registry):
    add_case(registry, "answers", Case(), check=late, takes=Target.STACK, stage=Stage.INIT)
    add_case(registry, "question", Case(), check=late, takes=Target.STACK, stage=Stage.SEMANTIC)
    found = evaluate(registry.in_order(), RUNNING)
    assert names(found.roots) == [("answers", "")]
    assert found.not_evaluated == ("question",)
