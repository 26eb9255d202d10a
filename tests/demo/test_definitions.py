"""What Dagster loads, held against dbt's manifest and the platform's facts."""

import json

import dagster as dg
import pytest

from demo.data import TABLES

STAGING = {"stg_customers", "stg_products", "stg_orders", "stg_order_items"}
MARTS = {"mart_revenue", "mart_customer_orders", "mart_product_performance"}


@pytest.fixture
def repository(lake_environment):
    # Imported here: the module reads the environment when it is loaded, as in a code server.
    from demo.pipeline.definitions import definitions

    dg.Definitions.validate_loadable(definitions)
    return definitions.get_repository_def()


@pytest.fixture
def manifest(lake_environment):
    from demo.pipeline.dbt_manifest import parsed
    from demo.settings import read

    return json.loads((parsed(read()) / "manifest.json").read_text())


def test_eleven_assets_three_jobs_a_schedule_and_a_sensor(repository):
    assert {key.to_user_string() for key in repository.asset_graph.get_all_asset_keys()} == {*TABLES, *STAGING, *MARTS}
    assert {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")} == {
        "seed_bronze", "demo_pipeline", "maintenance",
    }  # fmt: skip
    (schedule,) = repository.schedule_defs
    assert (schedule.name, schedule.cron_schedule) == ("demo_pipeline_schedule", "*/5 * * * *")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    (sensor,) = repository.sensor_defs
    assert sensor.name == "trigger_file_sensor"


def test_seed_bronze_writes_the_bronze_assets_alone(repository):
    selected = repository.get_job("seed_bronze").asset_layer.selected_asset_keys
    assert {key.to_user_string() for key in selected} == set(TABLES)


def test_asset_graph_equals_dbt_s_manifest(repository, manifest):
    nodes = manifest["nodes"] | manifest["sources"]
    declared = {
        node["name"]: {nodes[parent]["name"] for parent in node["depends_on"]["nodes"]}
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    graph = repository.asset_graph
    loaded = {
        key.to_user_string(): {parent.to_user_string() for parent in graph.get(key).parent_keys}
        for key in graph.get_all_asset_keys()
        if key.to_user_string() not in TABLES
    }
    assert loaded == declared


def test_every_data_test_is_a_check(repository, manifest):
    tests = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    assert {key.name for key in repository.asset_graph.asset_check_keys} == tests
    kinds = {node["test_metadata"]["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    assert kinds == {"not_null", "unique", "relationships", "accepted_values"}


def test_the_sensor_asks_for_one_run_each_time_the_file_is_written(tmp_path, monkeypatch, repository):
    file = tmp_path / "trigger"
    monkeypatch.setenv("DEMO_TRIGGER_FILE", str(file))
    (sensor,) = repository.sensor_defs
    assert sensor(dg.build_sensor_context()).skip_message == "trigger is not there"
    file.write_text("go")
    first = sensor(dg.build_sensor_context()).run_key
    assert sensor(dg.build_sensor_context()).run_key == first
