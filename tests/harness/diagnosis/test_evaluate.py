"""Root breaches: what is checked, what is left out because of what, and on which subjects."""

import pytest

from harness.contracts import Breach, Breaches, Case, Registry, Stage, Target
from harness.diagnosis import as_json, as_text, evaluate

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
