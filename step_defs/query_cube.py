"""Steps of stage semantic."""

from __future__ import annotations

from pytest_bdd import parsers, then, when

from harness.contracts import Probe, check
from harness.contracts.declared import declared_is


@then(parsers.parse('the semantic layer lists exactly the cubes "{cubes}", with their members'))
def cubes_listed(probe: Probe, cubes: str) -> None:
    declared_is("cubes", set(cubes.split(", ")), set(probe.expectations.semantic.cubes))
    check(probe, "semantic.cubes-listed")


@then("each cube answers a question over the lake")
def cubes_answer(probe: Probe) -> None:
    check(probe, "semantic.cubes-answer")


@then(parsers.parse('the answer to "{question}" equals an independent query'))
def answer_right(probe: Probe, question: str) -> None:
    check(probe, "semantic.answer-right", question=question)


@then("a query without a valid token is refused with 403")
def no_token_refused(probe: Probe) -> None:
    check(probe, "semantic.no-token-refused")


@then("a query for a member that is not there is refused with 400")
def bad_query_refused(probe: Probe) -> None:
    check(probe, "semantic.bad-query-refused")


@when(parsers.parse("{change} in tables of the scenario's own"), target_fixture="change")
def data_changes(change: str) -> str:
    return change


@then("the answer is the new one, not a cached one")
def answer_fresh(probe: Probe, change: str, own_namespace: str) -> None:
    check(probe, "semantic.answer-fresh", change=change, namespace=own_namespace)


@then("the rollup that the refresh worker keeps holds what the tables say now")
def refreshed(probe: Probe) -> None:
    check(probe, "semantic.rollup-refreshed")
