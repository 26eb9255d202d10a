"""What a step of a feature asks of a diagnosis."""

import pytest

from harness.contracts import Breach, Breaches, Registry, Stage, Target
from harness.diagnosis import NotEvaluated, evaluate
from harness.errors import UsageError


@pytest.fixture
def found():
    registry = Registry()

    def add(id, wrong=(), requires=(), **more):
        def check(target):
            if wrong:
                raise Breaches([Breach(each, subject=each) for each in wrong])

        registry.contract(id, stage=Stage.LOAD, promise=".", mend="m", takes=Target.CODE, requires=requires, **more)(
            check
        )

    add("right")
    add("wrong", ["one"])
    add("wrong-twice", ["one", "two"])
    add("behind", requires=("wrong",))
    add("elsewhere", applies=lambda target: "no Cube")
    return evaluate(registry.in_order(), {Target.CODE: None})


def test_what_holds_is_silent(found):
    found.require("right")


def test_what_is_broken_is_raised_whole(found):
    with pytest.raises(Breach, match="one") as error:
        found.require("right", "wrong")
    assert error.value.contract == "wrong"
    with pytest.raises(Breaches, match="2 checks"):
        found.require("wrong-twice")


def test_what_was_not_evaluated_does_not_count_as_held(found):
    with pytest.raises(NotEvaluated) as error:
        found.require("elsewhere")
    assert error.value.actual == "no Cube"


def test_what_stands_in_the_way_is_told_in_place_of_what_it_stands_before(found):
    with pytest.raises(Breach) as error:
        found.require("behind")
    assert error.value.contract == "wrong"


def test_a_contract_that_nobody_knows_is_the_user_s_mistake(found):
    with pytest.raises(UsageError, match="no such contract"):
        found.require("rigth")
