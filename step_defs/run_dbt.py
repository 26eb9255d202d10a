"""Steps of stage transform."""

from __future__ import annotations

from pytest_bdd import parsers, then

from harness.contracts import Probe, check, check_each


@then("the run has made every table")
def run_made_every_table(probe: Probe) -> None:
    check(probe, "transform.run-succeeds")


@then("the catalog has each built table, and the object store its files")
def built_tables_there(probe: Probe) -> None:
    check_each(probe, "transform.tables-there")
    check_each(probe, "transform.files-there")


@then("dbt's tests have run for each built table, and pass")
def tests_pass(probe: Probe) -> None:
    check(probe, "transform.tests-pass")


@then("the orchestrator's graph of assets equals dbt's manifest")
def graph_equals_manifest(probe: Probe) -> None:
    check(probe, "transform.graph-equals-manifest")


@then(parsers.parse('built table "{table}" has its declared columns'))
def columns_hold(probe: Probe, table: str) -> None:
    check(probe, "transform.columns", table=table)


@then(parsers.parse("built table \"{table}\" and its files lie in its layer's bucket, under its layer's prefix"))
def location_holds(probe: Probe, table: str) -> None:
    check(probe, "transform.location", table=table)


@then(parsers.parse('table "{table}" holds exactly what an independent query computes from layer bronze'))
def content_holds(probe: Probe, table: str) -> None:
    check(probe, "transform.content", table=table)
