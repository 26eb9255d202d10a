"""Steps of stage bronze."""

from __future__ import annotations

from pytest_bdd import parsers, then, when

from harness.contracts import Probe, Soft, check, check_each
from harness.contracts.declared import declared_is


@then(parsers.parse("the orchestrator has loaded exactly {count:d} assets"))
def assets_loaded(probe: Probe, count: int) -> None:
    declared_is("number of assets", count, len(probe.expectations.tables))
    check(probe, "orchestrator.assets-loaded")


@then(parsers.parse('the orchestrator has loaded exactly the jobs "{jobs}"'))
def jobs_loaded(probe: Probe, jobs: str) -> None:
    declared_is("jobs", set(jobs.split(", ")), set(probe.expectations.orchestrator.jobs))
    check(probe, "orchestrator.jobs-loaded")


@then(parsers.parse('schedule "{schedule}" starts "{job}" at "{cron}"'))
def schedule_loaded(probe: Probe, schedule: str, job: str, cron: str) -> None:
    declared = {name: (row.job, row.cron) for name, row in probe.expectations.orchestrator.schedules.items()}
    declared_is(f"schedule {schedule}", (job, cron), declared.get(schedule))
    check(probe, "orchestrator.schedules-loaded")


@then(parsers.parse('sensor "{sensor}" starts "{job}"'))
def sensor_loaded(probe: Probe, sensor: str, job: str) -> None:
    declared_is(f"sensor {sensor}", job, probe.expectations.orchestrator.sensors.get(sensor))
    check(probe, "orchestrator.sensors-loaded")


@then("the run has made each raw table")
def run_made_raw_tables(probe: Probe) -> None:
    check(probe, "bronze.run-succeeds")


@then("the catalog has each raw table, and the object store its files")
def raw_tables_there(probe: Probe) -> None:
    check_each(probe, "bronze.tables-there")
    check_each(probe, "bronze.files-there")


@then(parsers.parse('table "{table}" has {rows:d} rows for each unit of scale'))
def rows_hold(probe: Probe, table: str, rows: int) -> None:
    declared_is(f"rows of {table}", rows, probe.expectations.table(table).rows)
    check(probe, "bronze.rows", table=table)


@then(parsers.parse('table "{table}" has its declared columns'))
def columns_hold(probe: Probe, table: str) -> None:
    check(probe, "bronze.columns", table=table)


@then(parsers.parse("table \"{table}\" and its files lie in its layer's bucket, under its layer's prefix"))
def location_holds(probe: Probe, table: str) -> None:
    check(probe, "bronze.location", table=table)


@then(parsers.parse('every "{column}" of "{table}" is found in "{other}"'))
def references_hold(probe: Probe, table: str, column: str, other: str) -> None:
    reference = probe.expectations.table(table).references.get(column, "")
    declared_is(f"what {table}.{column} refers to", other, reference.rpartition(".")[0])
    check(probe, "bronze.references-hold", table=table, column=column)


@when(parsers.parse('"{job}" has run again'))
def job_has_run_again(probe: Probe, job: str) -> None:
    declared_is("job that loads the raw tables", job, probe.expectations.orchestrator.load_job)
    check(probe, "bronze.second-run-succeeds")


@then("each raw table still has exactly its rows")
def second_run_repeats_nothing(probe: Probe, soft: Soft) -> None:
    for table in probe.expectations.raw:
        with soft.one():
            check(probe, "bronze.second-run-repeats-nothing", table=table)
    soft.settle()
