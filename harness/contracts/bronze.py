"""Stage bronze: the orchestrator's definitions are loaded, and its first job has written the raw tables."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts import cases, tables
from harness.contracts.breach import Breach
from harness.contracts.compare import same_names
from harness.contracts.probe import Probe
from harness.contracts.registry import Case, Facts, Stage, contract
from harness.systems.lake import named

_RUN = ("bronze.run-succeeds",)
_FILES = ("bronze.files-there",)
_CODE = "compare the code location with expectations.yaml; the image that runs may be older than the code"


@contract(
    "orchestrator.assets-loaded",
    stage=Stage.BRONZE,
    promise="The orchestrator has loaded exactly the declared assets.",
    requires=("orchestrator.location-loaded",),
    mend=_CODE,
)
def orchestrator_assets_loaded(probe: Probe) -> Facts:
    assets = probe.dagster.repository().assets
    same_names("assets", probe.expectations.tables, assets)
    return {"assets": sorted(assets)}


@contract(
    "orchestrator.jobs-loaded",
    stage=Stage.BRONZE,
    promise="The orchestrator has loaded exactly the declared jobs.",
    requires=("orchestrator.location-loaded",),
    mend=_CODE,
)
def orchestrator_jobs_loaded(probe: Probe) -> Facts:
    jobs = probe.dagster.repository().jobs
    same_names("jobs", probe.expectations.orchestrator.jobs, jobs)
    return {"jobs": sorted(jobs)}


@contract(
    "orchestrator.schedules-loaded",
    stage=Stage.BRONZE,
    promise="The orchestrator has loaded exactly the declared schedules, each with its job and its time.",
    requires=("orchestrator.location-loaded",),
    mend=_CODE,
)
def orchestrator_schedules_loaded(probe: Probe) -> Facts:
    wanted = [f"{name}: {row.job} at {row.cron}" for name, row in probe.expectations.orchestrator.schedules.items()]
    there = [
        f"{name}: {row['pipelineName']} at {row['cronSchedule']}"
        for name, row in probe.dagster.repository().schedules.items()
    ]
    same_names("schedules", wanted, there)
    return {"schedules": there}


@contract(
    "orchestrator.sensors-loaded",
    stage=Stage.BRONZE,
    promise="The orchestrator has loaded exactly the declared sensors, each with its job.",
    requires=("orchestrator.location-loaded",),
    mend=_CODE,
)
def orchestrator_sensors_loaded(probe: Probe) -> Facts:
    wanted = [f"{name}: {job}" for name, job in probe.expectations.orchestrator.sensors.items()]
    there = [
        f"{name}: {target['pipelineName']}"
        for name, row in probe.dagster.repository().sensors.items()
        for target in row["targets"] or ({"pipelineName": "no job"},)
    ]
    same_names("sensors", wanted, there)
    return {"sensors": there}


_each_namespace = cases.layers_of(cases.raw)


@contract(
    "bronze.run-succeeds",
    stage=Stage.BRONZE,
    promise="The job that loads the raw tables succeeds, and materializes each of them.",
    requires=(
        "orchestrator.assets-loaded",
        "orchestrator.jobs-loaded",
        "orchestrator.daemons-healthy",
        "catalog.probe-table",
    ),
    mend="read the run's error events in the orchestrator's web page",
    each=_each_namespace,
)
def bronze_run_succeeds(probe: Probe, layer: str | None = None) -> Facts:
    result = probe.result("bronze")
    same_names("assets that the run made", probe.expectations.raw, probe.dagster.materializations(result["run_id"]))
    return result


@contract(
    "bronze.tables-there",
    stage=Stage.BRONZE,
    promise="The catalog has every raw table.",
    requires=_RUN,
    mend="run the job that loads the raw tables again, and find who dropped or renamed the table",
    each=cases.layers_of(cases.raw),
)
def bronze_tables_there(probe: Probe, layer: str) -> Facts:
    return tables.tables_there(probe, layer, probe.expectations.raw)


@contract(
    "bronze.files-there",
    stage=Stage.BRONZE,
    promise="The object store has the files of every raw table.",
    requires=("bronze.tables-there",),
    mend="find who deletes from the bucket; drop the tables whose files are gone, and load them again",
    each=cases.layers_of(cases.raw),
)
def bronze_files_there(probe: Probe, layer: str) -> Facts:
    return tables.files_there(probe, layer, probe.expectations.raw)


@contract(
    "bronze.columns",
    stage=Stage.BRONZE,
    promise="A raw table has the declared columns, in order, with the declared types.",
    requires=_FILES,
    mend="correct the asset's schema, or the declared one",
    each=cases.each_table(cases.raw),
)
def bronze_columns(probe: Probe, table: str) -> Facts:
    return tables.columns_hold(probe, table)


def _each_counted(probe: Probe) -> Iterator[Case]:
    counted = {name: table for name, table in probe.expectations.raw.items() if table.rows is not None}
    return cases.each_table(lambda probe: counted)(probe)


@contract(
    "bronze.rows",
    stage=Stage.BRONZE,
    promise="A raw table has exactly the declared number of rows.",
    requires=_FILES,
    mend="look whether the asset appends where it should replace",
    each=_each_counted,
)
def bronze_rows(probe: Probe, table: str) -> Facts:
    declared = probe.expectations.table(table).rows
    if declared is None:
        raise LookupError(f"the expectations do not say how many rows {table} has")
    wanted, there = declared * probe.scale, tables.count(probe, table)
    if wanted != there:
        raise Breach(f"{table} has another number of rows", expected=str(wanted), actual=str(there))
    return {"rows": there}


@contract(
    "bronze.location",
    stage=Stage.BRONZE,
    promise="A raw table and its files lie in its layer's bucket, under its layer's prefix.",
    requires=_FILES,
    mend="give the namespace its location, and drop tables that were made before it had one",
    each=cases.each_table(cases.raw),
)
def bronze_location(probe: Probe, table: str) -> Facts:
    return tables.location_holds(probe, table)


def _each_reference(probe: Probe) -> Iterator[Case]:
    for name, table in probe.expectations.raw.items():
        for column, target in table.references.items():
            other = cases.table_subject(probe, target.rpartition(".")[0])
            yield Case(f"{cases.table_subject(probe, name)}/{column}", {"table": name, "column": column}, of=(other,))


@contract(
    "bronze.references-hold",
    stage=Stage.BRONZE,
    promise="Each value of a reference is there in the table that it refers to.",
    requires=(*_FILES, "bronze.columns", "bronze.rows"),
    mend="load the tables of one run from one source state",
    each=_each_reference,
)
def bronze_references_hold(probe: Probe, table: str, column: str) -> Facts:
    other, _, key = probe.expectations.table(table).references[column].rpartition(".")
    orphans = probe.lake.ask(
        f"SELECT DISTINCT child.{named(column)} FROM {tables.in_lake(probe, table)} AS child"  # noqa: S608
        f" ANTI JOIN {tables.in_lake(probe, other)} AS parent ON child.{named(column)} = parent.{named(key)} LIMIT 5"
    )
    if orphans:
        raise Breach(
            f"{table}.{column} refers to rows that are not there",
            expected=f"each value stands in {other}.{key}",
            actual=f"not there: {', '.join(str(row[0]) for row in orphans)}",
        )
    return {"references": f"{other}.{key}"}


@contract(
    "bronze.second-run-succeeds",
    stage=Stage.BRONZE,
    promise="The job that loads the raw tables succeeds a second time.",
    requires=_RUN,
    mend="let the asset make its table only when it is not there",
    each=_each_namespace,
)
def bronze_second_run_succeeds(probe: Probe, layer: str | None = None) -> Facts:
    first, second = probe.result("bronze")["run_id"], probe.result("bronze-again")["run_id"]
    if first == second:
        raise Breach("there was no second run", expected="two runs", actual=f"run {first} alone")
    same_names("assets that the run made", probe.expectations.raw, probe.dagster.materializations(second))
    return {"first": first, "second": second}


@contract(
    "bronze.second-run-repeats-nothing",
    stage=Stage.BRONZE,
    promise="A second run of the job leaves a raw table with exactly the declared rows.",
    requires=("bronze.second-run-succeeds", "bronze.rows"),
    mend="let the asset replace the table's content instead of appending",
    each=_each_counted,
)
def bronze_second_run_repeats_nothing(probe: Probe, table: str) -> Facts:
    probe.result("bronze-again")
    return bronze_rows(probe, table)
