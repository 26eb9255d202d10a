import pytest

from harness.contracts import Registry, Stage, Target, all_contracts, check
from harness.contracts.registry import contracts_of
from harness.errors import UsageError


def add(registry: Registry, id: str, *requires: str, stage: Stage = Stage.INIT) -> None:
    registry.contract(id, stage=stage, promise="It holds.", requires=requires, mend="mend it")(lambda probe: None)


def test_contracts_come_after_those_that_they_require_and_in_the_stages_order():
    registry = Registry()
    add(registry, "c.lineage", "b.init", stage=Stage.LINEAGE)
    add(registry, "b.init", "a.init")
    add(registry, "a.init")
    assert [contract.id for contract in registry.in_order()] == ["a.init", "b.init", "c.lineage"]


def test_a_contract_cannot_be_declared_twice():
    registry = Registry()
    add(registry, "a.x")
    with pytest.raises(ValueError, match=r"a\.x is declared twice"):
        add(registry, "a.x")


def test_a_requirement_that_is_not_declared_is_refused():
    registry = Registry()
    add(registry, "a.x", "a.y")
    with pytest.raises(ValueError, match=r"a\.x requires a\.y, which is not declared"):
        registry.in_order()


def test_requirements_in_a_circle_are_refused():
    registry = Registry()
    add(registry, "a.x", "a.y")
    add(registry, "a.y", "a.x")
    with pytest.raises(ValueError, match="in a circle"):
        registry.in_order()


def test_a_requirement_of_a_later_stage_is_refused():
    registry = Registry()
    add(registry, "a.x", "a.y", stage=Stage.INIT)
    add(registry, "a.y", stage=Stage.TRACES)
    with pytest.raises(ValueError, match=r"requires a\.y of a later stage"):
        registry.in_order()


def test_the_harness_s_own_contracts_form_a_graph():
    contracts = all_contracts()
    place = {contract.id: index for index, contract in enumerate(contracts)}
    assert all(place[needed] < place[c.id] for c in contracts for needed in c.requires)
    assert {c.stage for c in contracts} == set(Stage)
    assert all(c.promise.endswith(".") and c.mend for c in contracts)


def test_an_unknown_contract_is_named_with_the_nearest_one():
    with pytest.raises(UsageError, match=r"no contract 'catalog.warehouse-exist'") as error:
        check(None, "catalog.warehouse-exist")
    assert "did you mean catalog.warehouse-exists?" in str(error.value)


def test_a_contract_takes_a_stack_as_a_whole_unless_it_says_otherwise():
    registry = Registry()
    add(registry, "a.x")
    contract = registry["a.x"]
    assert (contract.takes, contract.applies(None), [case.subject for case in contract.each(None)]) == (
        Target.STACK,
        None,
        [""],
    )


def test_the_contracts_of_a_target_come_in_their_order_and_alone():
    chosen = contracts_of(Target.PLATFORM, Target.DEPLOYMENT)
    assert {contract.stage for contract in chosen} == {Stage.PREFLIGHT}
    assert [c for c in all_contracts() if c.stage is Stage.PREFLIGHT] == list(chosen)
