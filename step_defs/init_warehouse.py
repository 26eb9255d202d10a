"""Steps of stage init."""

from __future__ import annotations

import re

from pytest_bdd import parsers, then

from harness.contracts import Probe, Soft, check, check_each
from harness.contracts.running import PARTS

FACTS = {
    "the object store lists its buckets": "object-store.answers",
    "the object store keeps an object in every bucket": "object-store.keeps-objects",
    "the object store lends keys of the catalog's role": "object-store.assumes-role",
    "the database answers a query": "database.answers",
    "the catalog says that it is up": "catalog.healthy",
    "the catalog lets the platform's principal read": "catalog.principal-granted",
    "the trace store lists its services": "trace-store.answers",
    "the lineage store lists its namespaces": "lineage-store.answers",
    "the orchestrator has loaded its code": "orchestrator.location-loaded",
    "the orchestrator has healthy daemons": "orchestrator.daemons-healthy",
    "the semantic layer reads its data model": "semantic-layer.answers",
    "the refresh worker reads its data model": "refresh-worker.answers",
}


@then(parsers.re(f"(?P<fact>{'|'.join(map(re.escape, FACTS))})"))
def fact_holds(probe: Probe, fact: str) -> None:
    check(probe, FACTS[fact])


@then("every process of the platform still runs")
def processes_run(probe: Probe, soft: Soft) -> None:
    for part in PARTS:
        with soft.one():
            check_each(probe, part.id)
    soft.settle()


@then("the catalog issues a token when it is asked by a form")
def token_by_form(probe: Probe) -> None:
    check(probe, "catalog.token-by-form")


@then("the catalog refuses to issue a token when it is asked in JSON")
def token_by_json_refused(probe: Probe) -> None:
    check(probe, "catalog.token-by-json-refused")


@then(parsers.parse('the catalog knows the warehouse "{warehouse}"'))
def warehouse_exists(probe: Probe, warehouse: str) -> None:
    check(probe, "catalog.warehouse-exists", warehouse=warehouse)


@then(parsers.parse('namespace "{namespace}" lies at "{location}"'))
def namespace_located(probe: Probe, namespace: str, location: str) -> None:
    check(probe, "catalog.namespace-located", namespace=namespace, location=location)


@then("a namespace of one level can be made, found and dropped")
def simple_namespace(probe: Probe, own_namespace: str) -> None:
    check(probe, "catalog.namespaces-work", namespace=own_namespace)


@then("a namespace of two levels can be made, found and dropped")
def nested_namespace(probe: Probe, own_namespace: str) -> None:
    check(probe, "catalog.namespaces-work", namespace=(own_namespace, "inner"))


@then(parsers.parse('namespace "{namespace}" is not found with the warehouse as a prefix'))
def no_prefix(probe: Probe, namespace: str) -> None:
    check(probe, "catalog.warehouse-is-no-prefix", namespace=namespace)


@then(parsers.parse('a probe table can be made, written, read and dropped in layer "{layer}"'))
def probe_table(probe: Probe, layer: str) -> None:
    check(probe, "catalog.probe-table", layer=layer)


@then("running the init job again changes nothing")
def init_changes_nothing(probe: Probe) -> None:
    check(probe, "catalog.init-changes-nothing")
