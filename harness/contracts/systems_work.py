"""Stage init: every system of the platform works, each shown by a fact and not by a port that listens."""

from __future__ import annotations

import secrets
from functools import partial

from harness import stack as names
from harness.contracts.breach import Breach
from harness.contracts.compare import all_there
from harness.contracts.probe import Probe
from harness.contracts.registry import Facts, Stage, contract
from harness.contracts.together import together
from harness.systems.http import answer


@contract(
    "object-store.answers",
    stage=Stage.INIT,
    promise="The object store lists its buckets.",
    requires=("object-store.running",),
    mend="look at the store's log (harness logs object-store), and check its endpoint and keys",
)
def object_store_answers(probe: Probe) -> Facts:
    return {"buckets": probe.objects.buckets()}


@contract(
    "object-store.keeps-objects",
    stage=Stage.INIT,
    promise="The object store takes an object in each layer's bucket and gives it back.",
    requires=("object-store.answers",),
    mend="make the buckets that platform.yaml names, and check the store's endpoint and keys",
    writes=True,
)
def object_store_keeps_objects(probe: Probe) -> Facts:
    there = probe.objects.buckets()
    body = secrets.token_bytes(64)
    layers = probe.platform.layers.values()
    buckets = {layer.namespace: probe.platform.storage[layer.storage_ref].bucket for layer in layers}

    def kept(namespace: str, bucket: str) -> None:
        if bucket not in there:
            actual = f"there are: {', '.join(there) or 'none'}"
            raise Breach(f"there is no bucket {bucket}", expected=bucket, actual=actual, subject=namespace)
        if probe.objects.round_trip(bucket, f"harness-{probe.stack.id}/{body[:6].hex()}", body) != body:
            raise Breach(f"bucket {bucket} gave back another object than it was given", subject=namespace)

    if not set(there) & set(buckets.values()):
        raise Breach(
            "no bucket is there", expected=", ".join(sorted(buckets.values())), actual=", ".join(there) or "none"
        )
    together(*(partial(kept, *each) for each in buckets.items()))
    return {"buckets": sorted(buckets.values())}


@contract(
    "object-store.assumes-role",
    stage=Stage.INIT,
    promise="The store's STS answers AssumeRole where the catalog vends credentials.",
    requires=("object-store.answers", "catalog.warehouse-exists"),
    mend="use a store whose STS works, or keep the catalog from vending: `stsUnavailable: true`, clients with own keys",
)
def object_store_assumes_role(probe: Probe) -> Facts:
    storage = probe.catalog.description()["storageConfigInfo"]
    if storage.get("stsUnavailable"):
        return {"vending": False}
    role = storage.get("roleArn")
    if not role:
        raise Breach("the catalog has no role to ask the store's STS for", expected="a roleArn", actual="none")
    return {"vending": True, "access_key_id": probe.objects.assume_role(role)}


@contract(
    "database.answers",
    stage=Stage.INIT,
    promise="The database answers a query.",
    requires=("database.running",),
    mend="look at the database's log: harness logs postgresql",
)
def database_answers(probe: Probe) -> Facts:
    rows = probe.database.ask("select 6 * 7, current_setting('server_version')")
    if rows[0][0] != 42:
        raise Breach("the database cannot calculate", expected="42", actual=str(rows[0][0]))
    return {"version": rows[0][1]}


@contract(
    "catalog.healthy",
    stage=Stage.INIT,
    promise="The catalog's management port says that it is up.",
    requires=("catalog.running",),
    mend="look at the catalog's log: harness logs polaris",
)
def catalog_healthy(probe: Probe) -> Facts:
    if names.CATALOG_HEALTH not in probe.stack.endpoints:  # a server that was given by its address alone
        answer(probe.catalog.token_by_form())
        return {"by": "token"}
    status = probe.catalog.health()["status"]
    if status != "UP":
        raise Breach("the catalog does not say that it is up", expected="UP", actual=str(status))
    return {"by": "health"}


@contract(
    "trace-store.answers",
    stage=Stage.INIT,
    promise="The trace store lists its services.",
    requires=("trace-store.running",),
    mend="look at the trace store's log: harness logs jaeger",
)
def trace_store_answers(probe: Probe) -> Facts:
    return {"services": probe.traces.services()}


@contract(
    "lineage-store.answers",
    stage=Stage.INIT,
    promise="The lineage store lists its namespaces.",
    requires=("lineage-store.running", "database.answers"),
    mend="look at the lineage store's log: harness logs marquez",
)
def lineage_store_answers(probe: Probe) -> Facts:
    found = probe.lineage.namespaces()
    all_there("namespaces of the lineage store", ["default"], found)
    return {"namespaces": found}


@contract(
    "orchestrator.location-loaded",
    stage=Stage.INIT,
    promise="The orchestrator has loaded its code location without an error.",
    requires=("orchestrator.running", "orchestrator.code-running", "database.answers"),
    mend="look at what the code server says: harness logs dagster-user-code",
)
def orchestrator_location_loaded(probe: Probe) -> Facts:
    wanted = probe.expectations.orchestrator.location
    locations = probe.dagster.locations()
    all_there("code locations", [wanted], locations)
    if locations[wanted] is not None:
        raise Breach(f"code location {wanted} does not load", expected="no error", actual=locations[wanted])
    return {"location": wanted}


@contract(
    "orchestrator.daemons-healthy",
    stage=Stage.INIT,
    promise="Every daemon that the orchestrator needs has a fresh heartbeat.",
    requires=("orchestrator.daemon-running", "orchestrator.location-loaded"),
    mend="look at the daemon's log: harness logs dagster-daemon",
)
def orchestrator_daemons_healthy(probe: Probe) -> Facts:
    daemons = probe.dagster.daemons()
    if not daemons or not all(daemons.values()):
        sick = sorted(name for name, healthy in daemons.items() if not healthy)
        raise Breach("not every daemon is healthy", expected="all healthy", actual=", ".join(sick) or "no daemon")
    return {"daemons": sorted(daemons)}


@contract(
    "semantic-layer.answers",
    stage=Stage.INIT,
    promise="The semantic layer has read its data model.",
    requires=("semantic-layer.running",),
    mend="look at the compile error: harness logs cube-api",
)
def semantic_layer_answers(probe: Probe) -> Facts:
    return {"cubes": sorted(probe.cube.meta())}


@contract(
    "refresh-worker.answers",
    stage=Stage.INIT,
    promise="The refresh worker has read its data model.",
    requires=("refresh-worker.running",),
    mend="look at the compile error: harness logs cube-refresh-worker",
)
def refresh_worker_answers(probe: Probe) -> Facts:
    return {"cubes": sorted(probe.refresh_worker.meta())}
