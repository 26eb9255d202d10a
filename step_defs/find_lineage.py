"""Steps of stage lineage."""

from __future__ import annotations

from pytest_bdd import given, parsers, then

from harness.contracts import Probe, check
from harness.contracts.declared import declared_is


@given("a canary event has come back from the lineage store")
def canary_back(probe: Probe) -> None:
    check(probe, "lineage.canary")


@then(
    parsers.parse("each of the {count:d} assets is a job whose run is complete and carries the orchestrator's run id")
)
def jobs_complete(probe: Probe, count: int) -> None:
    declared_is("number of assets", count, len(probe.expectations.tables))
    check(probe, "lineage.jobs-complete")


@then(parsers.parse('the graph from "{table}" back to layer bronze is the declared one, no edge more or less'))
def graph_declared(probe: Probe, table: str) -> None:
    check(probe, "lineage.graph-declared", table=table)


@then(parsers.parse('the lineage store\'s schema of "{table}" equals the Iceberg schema'))
def schema_equals_table(probe: Probe, table: str) -> None:
    check(probe, "lineage.schema-equals-table", table=table)


@then("the queries are jobs that read the tables which they were answered from")
def queries_told(probe: Probe) -> None:
    check(probe, "lineage.queries-told")
