"""Steps of stage traces."""

from __future__ import annotations

from pytest_bdd import given, then

from harness.contracts import Probe, check


@given("a canary span has come back from the trace store")
def canary_back(probe: Probe) -> None:
    check(probe, "traces.canary")


@then("the trace has spans of every service that platform.yaml calls observed")
def services_observed(probe: Probe) -> None:
    check(probe, "traces.services-observed")


@then("the parent of every span is in the trace")
def parents_exist(probe: Probe) -> None:
    check(probe, "traces.parents-exist")


@then("no span of the trace tells of an error")
def no_error(probe: Probe) -> None:
    check(probe, "traces.no-error")


@then("the spans of each service name the tables that it touched")
def tables_named(probe: Probe) -> None:
    check(probe, "traces.tables-named")
