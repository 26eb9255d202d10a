"""Stage init: the warehouse and its namespaces are there; that every system works stands in systems_work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.contracts import cases
from harness.contracts.breach import Breach
from harness.contracts.compare import all_there, same_names
from harness.contracts.probe import Probe
from harness.contracts.registry import Case, Facts, Stage, contract
from harness.errors import UsageError
from harness.systems.catalog import Namespace, levels
from harness.systems.http import answer

INIT_JOB = "catalog-init"  # the workload that makes the warehouse
ONE_LEVEL = "a namespace of one level"  # as a subject in reports


@contract(
    "catalog.token-by-form",
    stage=Stage.INIT,
    promise="The catalog issues a token for a form-encoded request.",
    requires=("catalog.healthy",),
    mend="check client id, secret and scope; OAuth2 takes a form (RFC 6749, 4.4.2)",
)
def catalog_token_by_form(probe: Probe) -> Facts:
    token = answer(probe.catalog.token_by_form())
    if token.get("token_type", "").lower() != "bearer" or not token.get("access_token"):
        raise Breach("the answer holds no bearer token", expected="token_type bearer", actual=str(sorted(token)))
    return {"expires_in": token.get("expires_in")}


@contract(
    "catalog.token-by-json-refused",
    stage=Stage.INIT,
    promise="The catalog refuses a token request that is JSON.",
    requires=("catalog.healthy",),
    mend="send token requests form-encoded",
)
def catalog_token_by_json_refused(probe: Probe) -> Facts:
    response = probe.catalog.token_by_json()
    if response.status_code not in (400, 415):
        raise Breach("a JSON token request was not refused", expected="415", actual=str(response.status_code))
    return {"status": response.status_code}


@contract(
    "catalog.warehouse-exists",
    stage=Stage.INIT,
    promise="The catalog knows the warehouse of platform.yaml.",
    requires=("catalog.token-by-form",),
    mend="send the init job's token request form-encoded, and run the init job again",
)
def catalog_warehouse_exists(probe: Probe, warehouse: str | None = None) -> Facts:
    warehouse = warehouse or probe.platform.warehouse
    response = probe.catalog.config(warehouse)
    if response.status_code != 200:
        raise Breach(
            f"the catalog has no warehouse {warehouse!r}",
            expected=f"GET /v1/config?warehouse={warehouse} -> 200",
            actual=f"{response.status_code} {response.text[:300]}",
        )
    found: dict[str, Any] = response.json()
    return {"prefix": found["overrides"].get("prefix")}


@contract(
    "catalog.principal-granted",
    stage=Stage.INIT,
    promise="The principal of platform.yaml may read what the warehouse holds.",
    requires=("catalog.warehouse-exists",),
    mend="run the init job again: it grants CATALOG_MANAGE_CONTENT",
)
def catalog_principal_granted(probe: Probe) -> Facts:
    response = probe.catalog.list_namespaces()
    if response.status_code in (401, 403):
        raise Breach(
            "the principal may not list the warehouse's namespaces",
            expected=f"GET {response.request.url.path} -> 200",
            actual=f"{response.status_code} {response.text[:300]}",
        )
    return {"namespaces": len(answer(response)["namespaces"])}


@contract(
    "catalog.namespace-located",
    stage=Stage.INIT,
    promise="Each layer's namespace exists at the location that platform.yaml gives it.",
    requires=("catalog.principal-granted",),
    mend="run the init job again; a namespace elsewhere has to be dropped first",
    each=cases.each_namespace,
)
def catalog_namespace_located(probe: Probe, namespace: str, location: str | None = None) -> Facts:
    place = location or probe.platform.location(_layer(probe, namespace))
    response = probe.catalog.namespace(tuple(namespace.split(".")))
    if response.status_code != 200:
        raise Breach(
            f"there is no namespace {namespace!r}",
            expected=f"{namespace} at {place}",
            actual=f"{response.status_code} {response.text[:300]}",
        )
    found = str(response.json()["properties"].get("location"))
    if found.rstrip("/") != place.rstrip("/"):
        raise Breach(f"namespace {namespace} lies elsewhere", expected=place, actual=found)
    return {"location": found}


def _one_level_and_two(probe: Probe) -> Iterator[Case]:
    name = probe.own_name()
    yield Case(ONE_LEVEL, {"namespace": name})
    yield Case("a namespace of two levels", {"namespace": (name, "inner")})


@contract(
    "catalog.namespaces-work",
    stage=Stage.INIT,
    promise="A namespace can be made, found and dropped, simple or nested.",
    requires=("catalog.principal-granted",),
    mend="grant the principal CATALOG_MANAGE_CONTENT",
    each=_one_level_and_two,
    writes=True,
)
def catalog_namespaces_work(probe: Probe, namespace: Namespace) -> Facts:
    parts = levels(namespace)
    with _namespace(probe, parts):
        listed = probe.catalog.namespaces(parts[:-1] or None)
        all_there("namespaces", [".".join(parts)], {".".join(name) for name in listed})
        answer(probe.catalog.namespace(parts))
    gone = probe.catalog.namespace(parts).status_code
    if gone != 404:
        raise Breach(f"namespace {parts} is still there after it was dropped", expected="404", actual=str(gone))
    return {"namespace": list(parts)}


@contract(
    "catalog.warehouse-is-no-prefix",
    stage=Stage.INIT,
    promise="A namespace is addressed without its warehouse; with the warehouse as a prefix it is not found.",
    requires=("catalog.principal-granted",),
    mend="write `bronze`, not `<warehouse>.bronze`",
    each=cases.each_namespace,
)
def catalog_warehouse_is_no_prefix(probe: Probe, namespace: str) -> Facts:
    warehouse = probe.platform.warehouse
    one_level, nested = f"{warehouse}.{namespace}", (warehouse, namespace)
    statuses = [probe.catalog.tables(name).status_code for name in (one_level, nested)]
    if statuses != [404, 404]:
        raise Breach(f"{one_level} is found as a namespace", expected="404", actual=str(statuses))
    return {"refused": one_level}


@contract(
    "catalog.probe-table",
    stage=Stage.INIT,
    promise="A table can be made, written, read and dropped in each layer.",
    requires=("catalog.namespace-located", "object-store.keeps-objects", "object-store.assumes-role"),
    mend="look at the catalog's log; where the store's STS fails, set `stsUnavailable: true` and bring own keys",
    each=cases.each_layer,
    writes=True,
)
def catalog_probe_table(probe: Probe, layer: str) -> Facts:
    import pyarrow as pa  # type: ignore[import-untyped]

    rows = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "word": ["one", "two", "three"]})
    catalog = probe.catalog.pyiceberg(**probe.table_properties())
    name = (*probe.namespaces[layer].split("."), probe.own_name())
    table = catalog.create_table(name, schema=rows.schema)
    try:
        table.append(rows)
        read = catalog.load_table(name).scan().to_arrow().sort_by("id")
        if read.to_pylist() != rows.to_pylist():
            raise Breach(f"{'.'.join(name)} gave back other rows", expected=str(rows), actual=str(read))
    finally:
        catalog.drop_table(name)
    if catalog.table_exists(name):
        raise Breach(f"{'.'.join(name)} is still there after it was dropped")
    return {"location": table.location()}


@contract(
    "catalog.init-changes-nothing",
    stage=Stage.INIT,
    promise="Running the init job again changes nothing.",
    requires=("catalog.namespace-located", "object-store.answers"),
    mend="let the init job look before it makes: a PUT or POST of what is there is a change",
    writes=True,
)
def catalog_init_changes_nothing(probe: Probe) -> Facts:
    before = _described(probe)
    probe.rerun(INIT_JOB)
    after = _described(probe)
    same_names("facts about the warehouse after the second init", before, after)
    return {"facts": len(after)}


def _layer(probe: Probe, namespace: str) -> str:
    for layer, its_namespace in probe.namespaces.items():
        if its_namespace == namespace:
            return layer
    known = ", ".join(probe.namespaces.values())
    raise UsageError(f"platform.yaml has no layer in namespace {namespace!r}", expected=f"one of {known}")


def _described(probe: Probe) -> list[str]:
    """Return what init makes, as texts: the warehouse with its version, the layers' namespaces and the buckets."""
    warehouse = probe.catalog.description()
    facts = [f"warehouse {key} = {warehouse[key]}" for key in sorted(warehouse)]
    for namespace in probe.namespaces.values():
        properties = answer(probe.catalog.namespace(tuple(namespace.split("."))))["properties"]
        facts.append(f"namespace {namespace} = {sorted(properties.items())}")
    return facts + [f"bucket {name}" for name in probe.objects.buckets()]


@contextmanager
def _namespace(probe: Probe, parts: tuple[str, ...]) -> Iterator[None]:
    """Make a namespace and what is missing above it, and drop what was made."""
    made: list[tuple[str, ...]] = []
    try:
        for depth in range(1, len(parts) + 1):
            if probe.catalog.namespace(parts[:depth]).status_code == 404:
                answer(probe.catalog.create_namespace(parts[:depth]), 200)
                made.append(parts[:depth])
        yield
    finally:
        for name in reversed(made):
            answer(probe.catalog.drop_namespace(name), 204)
