"""Stage lineage: a canary event comes back, and the lineage store tells the declared way of the data."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from harness.contracts import cases, tables
from harness.contracts.breach import Breach
from harness.contracts.compare import all_there, same_columns, same_edges
from harness.contracts.probe import Probe
from harness.contracts.registry import Facts, Stage, contract
from harness.systems.lineage import Edge, edges, run_event, run_id_of, upstream
from harness.wait import eventually

LIMIT = 20.0  # seconds that events may take to the store
_CANARY = ("lineage.canary",)
CANARY_NAMESPACE = "floe-harness"


@contract(
    "lineage.canary",
    stage=Stage.LINEAGE,
    promise="An event that the harness sends comes back from the lineage store.",
    requires=("lineage-store.answers",),
    mend="check lineage_endpoint of platform.yaml, and that OPENLINEAGE_URL is its base URL without a path",
    writes=True,
)
def lineage_canary(probe: Probe) -> Facts:
    run_id = str(uuid.uuid4())
    for kind in ("START", "COMPLETE"):
        probe.lineage.post(run_event(kind, run_id=run_id, namespace=CANARY_NAMESPACE, job="canary"))

    def back() -> None:
        run = probe.lineage.run(run_id)
        if run is None or run["state"] != "COMPLETED":
            raise Breach("the canary event did not come back", expected="COMPLETED", actual=str(run and run["state"]))

    eventually(back, probe.within(LIMIT), Breach)
    return {"run_id": run_id}


@contract(
    "lineage.jobs-complete",
    stage=Stage.LINEAGE,
    promise="Each asset is a job with a completed run, whose run id comes from the orchestrator's run.",
    requires=(*_CANARY, "transform.run-succeeds"),
    mend="set OPENLINEAGE_URL and OPENLINEAGE_NAMESPACE, and emit COMPLETE before the run's worker ends",
)
def lineage_jobs_complete(probe: Probe) -> Facts:
    namespace, assets = probe.platform.lineage_namespace, probe.expectations.tables
    run_id = probe.result("transform")["run_id"]

    def complete() -> None:
        all_there("jobs in the lineage store", assets, probe.lineage.jobs(namespace))
        for asset in assets:
            lineage_run_is(probe, asset, run_id)

    probe.eventually(complete, LIMIT, after="transform")
    return {"jobs": sorted(assets)}


def lineage_run_is(probe: Probe, asset: str, orchestrator_run: str) -> None:
    """Raise Breach when an asset's run in the lineage store is not that of the orchestrator's run, completed."""
    run_id = run_id_of(orchestrator_run, asset)
    run = next((r for r in probe.lineage.runs(probe.platform.lineage_namespace, asset) if r["id"] == run_id), None)
    if run is None:
        raise Breach(
            f"job {asset} has no run of the orchestrator's run", expected=f"run {run_id}", actual="no such run"
        )
    if run["state"] != "COMPLETED":
        raise Breach(f"the run of job {asset} is not complete", expected="COMPLETED", actual=str(run["state"]))
    said = (run["facets"].get("dagster") or {}).get("runId")
    if said != orchestrator_run:
        raise Breach(f"the run of job {asset} names another run", expected=orchestrator_run, actual=str(said))


def _final(probe: Probe) -> list[str]:
    """Return the tables that no other is made from."""
    tables = probe.expectations.tables
    used = {source for table in tables.values() for source in table.inputs}
    return [name for name in tables if name not in used]


@contract(
    "lineage.graph-declared",
    stage=Stage.LINEAGE,
    promise="The graph from a final table back to the raw ones is the declared one, no edge more or less.",
    requires=("lineage.jobs-complete",),
    mend="name inputs and outputs in the job's events exactly as the tables are called in the catalog",
    each=cases.each_table(_final),
)
def lineage_graph_declared(probe: Probe, table: str) -> Facts:
    wanted = upstream(declared_edges(probe), dataset_node(probe, table))

    def same() -> None:
        found = edges(probe.lineage.graph(dataset_node(probe, table)))
        same_edges(f"lineage of {table}", wanted, upstream(found, dataset_node(probe, table)))

    probe.eventually(same, LIMIT, after="transform")
    return {"edges": len(wanted)}


@contract(
    "lineage.schema-equals-table",
    stage=Stage.LINEAGE,
    promise="The fields of a dataset are the columns of the Iceberg table.",
    requires=("lineage.jobs-complete", "bronze.columns", "transform.columns"),
    mend="take the schema facet from the table that was written",
    each=cases.each_table(lambda probe: probe.expectations.tables),
)
def lineage_schema_equals_table(probe: Probe, table: str) -> Facts:
    columns = tables.iceberg_columns(probe.catalog.table(*tables.address(probe, table))["metadata"])

    def same() -> None:
        dataset = probe.lineage.dataset(dataset_namespace(probe), ".".join(tables.address(probe, table)))
        fields = {field["name"]: tables.iceberg_type(field["type"]) for field in dataset["fields"]}
        # Marquez keeps no order of fields: what it answers is a set.
        same_columns(f"dataset {table}", dict(sorted(columns.items())), dict(sorted(fields.items())))

    probe.eventually(same, LIMIT, after="transform")
    return {"columns": columns}


@contract(
    "lineage.queries-told",
    stage=Stage.LINEAGE,
    promise="The semantic layer's queries are jobs that read the tables which they were answered from.",
    requires=("lineage.canary", "semantic.questions-answered"),
    mend="set OPENLINEAGE_URL and OPENLINEAGE_NAMESPACE on the semantic layer's workloads",
)
def lineage_queries_told(probe: Probe) -> Facts:
    probe.result("semantic")
    namespace, expected = probe.platform.lineage_namespace, probe.expectations
    jobs = {f"cube.{cube}" for question in expected.semantic.questions.values() for cube in question.cubes}
    read = {name for question in expected.semantic.questions.values() for name in question.tables}

    def told() -> None:
        all_there("jobs of the semantic layer", jobs, probe.lineage.jobs(namespace))
        runs = [run for job in jobs for run in probe.lineage.runs(namespace, job)]
        inputs = {row["datasetVersionId"]["name"] for run in runs for row in run["inputDatasetVersions"]}
        all_there("inputs of the queries", {".".join(tables.address(probe, name)) for name in read}, inputs)

    probe.eventually(told, LIMIT, after="semantic")
    return {"jobs": sorted(jobs)}


def dataset_namespace(probe: Probe) -> str:
    """Return the lineage namespace of the warehouse's tables."""
    return f"polaris://{probe.platform.warehouse}"


def dataset_node(probe: Probe, table: str) -> str:
    """Return the node id of a table in the lineage graph."""
    return f"dataset:{dataset_namespace(probe)}:{'.'.join(tables.address(probe, table))}"


def declared_edges(probe: Probe) -> Iterable[Edge]:
    """Return the edges of the declared graph: input -> job -> table, for each table."""
    for name, table in probe.expectations.tables.items():
        job = f"job:{probe.platform.lineage_namespace}:{name}"
        yield job, dataset_node(probe, name)
        for source in table.inputs:
            yield dataset_node(probe, source), job
