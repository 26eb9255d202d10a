"""Stage transform: dbt has built silver and gold, and what it built is what the raw tables say."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts import cases, tables
from harness.contracts.breach import Breach
from harness.contracts.compare import same_edges, same_rows
from harness.contracts.probe import Probe
from harness.contracts.registry import Case, Facts, Stage, contract

_RUN = ("transform.run-succeeds",)
_FILES = ("transform.files-there",)


@contract(
    "transform.run-succeeds",
    stage=Stage.TRANSFORM,
    promise="The job that makes all tables succeeds, and materializes each of them.",
    requires=("bronze.run-succeeds", "catalog.probe-table"),
    mend="read the run's error events in the orchestrator's web page",
)
def transform_run_succeeds(probe: Probe) -> Facts:
    result = probe.result("transform")
    made = probe.dagster.materializations(result["run_id"])
    missing = set(probe.expectations.tables) - made
    if missing:
        raise Breach("the run did not make every table", expected="all assets", actual=f"not made: {sorted(missing)}")
    return result


@contract(
    "transform.tables-there",
    stage=Stage.TRANSFORM,
    promise="The catalog has every built table.",
    requires=_RUN,
    mend="run the job that makes all tables again, and find who dropped or renamed the table",
    each=cases.layers_of(cases.derived),
)
def transform_tables_there(probe: Probe, layer: str) -> Facts:
    return tables.tables_there(probe, layer, probe.expectations.derived)


@contract(
    "transform.files-there",
    stage=Stage.TRANSFORM,
    promise="The object store has the files of every built table.",
    requires=("transform.tables-there",),
    mend="find who deletes from the bucket; drop the tables whose files are gone, and build them again",
    each=cases.layers_of(cases.derived),
)
def transform_files_there(probe: Probe, layer: str) -> Facts:
    return tables.files_there(probe, layer, probe.expectations.derived)


@contract(
    "transform.columns",
    stage=Stage.TRANSFORM,
    promise="A built table has the declared columns, in order, with the declared types.",
    requires=_FILES,
    mend="correct the model's casts, or the declared columns",
    each=cases.each_table(cases.derived),
)
def transform_columns(probe: Probe, table: str) -> Facts:
    return tables.columns_hold(probe, table)


@contract(
    "transform.location",
    stage=Stage.TRANSFORM,
    promise="A built table and its files lie in its layer's bucket, under its layer's prefix.",
    requires=_FILES,
    mend="check the model's schema and its namespace's location",
    each=cases.each_table(cases.derived),
)
def transform_location(probe: Probe, table: str) -> Facts:
    return tables.location_holds(probe, table)


def _each_ruled(probe: Probe) -> Iterator[Case]:
    for name, table in cases.derived(probe).items():
        if table.sql is not None:
            yield Case(cases.table_subject(probe, name), {"table": name}, of=cases.inputs_of(probe, name))


@contract(
    "transform.content",
    stage=Stage.TRANSFORM,
    promise="A built table holds exactly what an independent query computes from the raw tables.",
    requires=("transform.columns", "bronze.columns", "bronze.rows"),
    mend="compare the model with the rules that the expectations' SQL states",
    each=_each_ruled,
)
def transform_content(probe: Probe, table: str) -> Facts:
    expected = probe.expectations
    rule = expected.rule(table, probe.namespaces)
    if rule is None:
        raise LookupError(f"the expectations have no SQL for {table}")
    columns = expected.table(table).columns
    independent = probe.lake.rows(columns, f"({rule})")
    built = probe.lake.rows(columns, tables.in_lake(probe, table))
    if not independent:
        raise LookupError(f"the SQL for {table} gives no row, so it proves nothing")
    same_rows(table, independent, built)
    return {"rows": len(built)}


@contract(
    "transform.tests-pass",
    stage=Stage.TRANSFORM,
    promise="dbt's tests have run for each built table, and pass.",
    requires=_RUN,
    mend="read the failing test's query in dbt's log, and mend the model or the data",
)
def transform_tests_pass(probe: Probe) -> Facts:
    results = probe.dagster.check_results(probe.result("transform")["run_id"])
    failed = sorted(name for name, held in results.items() if not held)
    if failed:
        raise Breach("dbt's tests fail", expected="all pass", actual=f"failed: {', '.join(failed)}")
    tested = {name.partition(".")[0] for name in results}
    untested = sorted(set(probe.expectations.derived) - tested)
    if untested:
        raise Breach(
            "there are tables without a test result", expected="a result for each", actual=f"none for {untested}"
        )
    return {"tests": len(results)}


@contract(
    "transform.graph-equals-manifest",
    stage=Stage.TRANSFORM,
    promise="The orchestrator's graph of assets is the graph of dbt's manifest, and the declared one.",
    requires=("orchestrator.assets-loaded",),
    mend="load the code location again, so that it reads the manifest of today's models",
)
def transform_graph_equals_manifest(probe: Probe) -> Facts:
    declared = probe.expectations.edges()
    assets = probe.dagster.repository().assets
    loaded = {(source, asset.name) for asset in assets.values() for source in asset.inputs}
    parsed = {(source, model) for source, model in probe.result("manifest")["edges"]}
    same_edges("graph of dbt's manifest", declared, parsed)
    same_edges("orchestrator's graph", declared, loaded)
    return {"edges": len(loaded)}
