"""The pipeline runs on a real store and the catalog: what it writes, and what it tells of itself."""

import uuid
from collections import Counter

import dagster as dg
import pyarrow as pa
import pytest

from demo.catalog_init.__main__ import facts
from demo.data import TABLES, generate

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"
MODELS = (
    "stg_customers", "stg_products", "stg_orders", "stg_order_items",
    "mart_revenue", "mart_customer_orders", "mart_product_performance",
)  # fmt: skip


@pytest.fixture
def platform(lake_environment, receiver):
    """A platform that is set up: its job, its lake, and what it told."""
    list(facts())
    from demo.lake import Lake
    from demo.pipeline.definitions import definitions
    from demo.settings import read

    class Platform:
        lake = Lake(read())
        told = receiver

        def run(self, *assets, **options):
            job = definitions.get_repository_def().get_job("demo_pipeline")
            keys = [dg.AssetKey(asset) for asset in assets] or None
            return job.execute_in_process(
                asset_selection=keys, tags={"traceparent": TRACEPARENT}, raise_on_error=False, **options
            )

        def rows(self, table):
            return self.lake.catalog.load_table(table).scan().to_arrow()

    return Platform()


def test_a_run_writes_all_tables_and_tells_spans_and_lineage_of_each(platform):
    for _ in range(2):  # the second must not add to the first
        platform.told.forget()
        result = platform.run()
        assert result.success
    counts = {table: platform.rows(f"bronze.{table}").num_rows for table in TABLES}
    assert counts == {table: len(generate(table)) for table in TABLES}
    cleaned = platform.rows("silver.stg_customers").to_pylist()
    assert not [row for row in cleaned if row["email"] != row["email"].strip().lower() or row["country"] is None]
    assert platform.rows("silver.stg_orders").num_rows == 3000
    assert str(platform.rows("gold.mart_revenue").schema.field("revenue").type) == "decimal128(18, 2)"
    sums = {sum(platform.rows(f"gold.{mart}")["revenue"].to_pylist()) for mart in MODELS[4:]}
    assert len(sums) == 1

    spans = platform.told.spans
    assert {span.trace_id.hex() for _, span in spans} == {TRACE}
    asset_spans = {(service, span.name) for service, span in spans if span.name.startswith("asset ")}
    assert asset_spans == {("floe-dagster", f"asset {name}") for name in (*TABLES, *MODELS)}
    assert {("floe-dbt", f"dbt {name}") for name in MODELS} < {(service, span.name) for service, span in spans}
    ids = {span.span_id for _, span in spans} | {bytes.fromhex(TRACEPARENT.split("-")[2])}
    assert {span.parent_span_id for _, span in spans} <= ids
    assert not [span.name for _, span in spans if span.status.code == span.status.STATUS_CODE_ERROR]
    touched = {a.value.string_value for _, span in spans for a in span.attributes if a.key == "lake.table"}
    assert touched == {f"bronze.{t}" for t in TABLES} | {
        f"{'silver' if m.startswith('stg') else 'gold'}.{m}" for m in MODELS
    }

    events = platform.told.events
    assert Counter((event["job"]["name"], event["eventType"]) for event in events) == {
        (name, state): 1 for name in (*TABLES, *MODELS) for state in ("START", "COMPLETE")
    }
    done = {event["job"]["name"]: event for event in events if event["eventType"] == "COMPLETE"}["mart_revenue"]
    assert done["run"]["runId"] == str(uuid.uuid5(uuid.UUID(result.run_id), "mart_revenue"))
    facet = done["run"]["facets"]["dagster"]
    assert (facet["runId"], facet["jobName"], facet["assetKey"]) == (result.run_id, "demo_pipeline", "mart_revenue")
    assert {(i["namespace"], i["name"]) for i in done["inputs"]} == {
        ("polaris://demo_catalog", f"silver.{name}") for name in MODELS[:4]
    }
    (output,) = done["outputs"]
    fields = [(field["name"], field["type"]) for field in output["facets"]["schema"]["fields"]]
    assert (output["name"], fields) == ("gold.mart_revenue", platform.lake.fields("gold.mart_revenue"))


def test_a_row_that_breaks_a_data_test_fails_the_run_and_names_the_test(platform):
    assert platform.run(*TABLES).success
    orphan = {"order_id": 9_999_999, "customer_id": 9_999_999, "order_date": "2026-01-01", "status": "placed"}
    platform.lake.overwrite("bronze.raw_orders", pa.Table.from_pylist([*generate("raw_orders"), orphan]))
    result = platform.run(*MODELS)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
    broken = "relationships_stg_orders_customer_id__customer_id__ref_stg_customers_"
    assert broken in failure.event_specific_data.error.message
    checks = [
        e.asset_check_evaluation_data for e in result.all_events if e.event_type_value == "ASSET_CHECK_EVALUATION"
    ]
    assert [check.check_name for check in checks if not check.passed] == [broken]


def test_telemetry_that_is_not_reached_is_said_aloud_and_fails_no_run(platform, monkeypatch, capfd):
    nowhere = "http://127.0.0.1:9"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", nowhere)
    monkeypatch.setenv("OPENLINEAGE_URL", nowhere)
    assert platform.run("raw_products").success
    said = capfd.readouterr().err
    assert f"LINEAGE IS LOST: an event of raw_products did not reach {nowhere}" in said
    assert f"spans did not reach {nowhere}" in said


def test_telemetry_that_is_not_configured_is_said_aloud(platform, monkeypatch, capfd):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
    monkeypatch.delenv("OPENLINEAGE_URL")
    assert platform.run("raw_products").success
    said = capfd.readouterr().err
    assert "TRACES ARE LOST: platform.yaml asks for traces, but OTEL_EXPORTER_OTLP_ENDPOINT is not set" in said
    assert "LINEAGE IS LOST: platform.yaml asks for lineage, but OPENLINEAGE_URL is not set" in said


def test_an_asset_that_fails_leaves_a_fail_event_and_an_error_span(platform):
    platform.lake.settings.layer("bronze")
    from demo.pipeline.lineage import DagsterRun
    from demo.pipeline.orchestrator import observe

    run = DagsterRun(str(uuid.uuid4()), "demo_pipeline")
    log = dg.get_dagster_logger()
    with (
        pytest.raises(ValueError, match="no rows"),
        observe(platform.lake.settings, platform.lake, run, TRACEPARENT, log) as orchestrator,
        orchestrator.asset_run("raw_customers", outputs=["bronze.raw_customers"], attributes={"lake.layer": "bronze"}),
    ):
        raise ValueError("no rows")
    assert [event["eventType"] for event in platform.told.events] == ["START", "FAIL"]
    assert platform.told.events[1]["run"]["facets"]["errorMessage"]["message"] == "ValueError: no rows"
    (span,) = [span for _, span in platform.told.spans if span.name == "asset raw_customers"]
    assert span.status.code == span.status.STATUS_CODE_ERROR


def test_maintenance_forgets_old_snapshots_and_keeps_the_rows(platform, monkeypatch):
    for _ in range(2):
        assert platform.run("raw_products").success
    table = platform.lake.catalog.load_table("bronze.raw_products")
    assert len(table.snapshots()) > 1
    from demo.pipeline.definitions import definitions

    config = {"ops": {"expire_snapshots": {"config": {"keep_days": 0}}}}
    assert definitions.get_repository_def().get_job("maintenance").execute_in_process(run_config=config).success
    assert len(table.refresh().snapshots()) == 1
    assert table.scan().to_arrow().num_rows == 100
