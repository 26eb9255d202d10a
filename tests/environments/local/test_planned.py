"""The workloads of `local` as preflight sees them: nothing is started, no secret is shown."""

import re
from pathlib import Path

import pytest

import environments
from environments.local.planned import as_workload
from environments.local.process import ProcessSpec
from harness.contracts.registry import Target, contracts_of
from harness.diagnosis import evaluate
from harness.settings import load_settings

ROOT = Path(__file__).parents[3]


def plan(folder, **given):
    return environments.planned(load_settings(folder, {"platform": ROOT / "demo" / "platform.yaml", **given}), folder)


def roots(deployment):
    targets = {Target.PLATFORM: deployment.reading, Target.DEPLOYMENT: deployment}
    return [f"{root.contract.id} {root.subject}" for root in evaluate(contracts_of(*targets), targets).roots]


def test_every_workload_is_there_and_nothing_is_wrong_with_it(tmp_path):
    deployment = plan(tmp_path)
    assert {w.name for w in deployment.workloads} == {
        *("object-store", "postgresql", "jaeger", "polaris", "marquez", "catalog-init"),
        *("dagster-user-code", "dagster-webserver", "dagster-daemon", "cube-api", "cube-refresh-worker"),
    }
    assert roots(deployment) == []


def test_secrets_become_references(tmp_path):
    deployment = plan(tmp_path)
    written = [v for _, c in deployment.containers() for v in c.variables if v.value]
    assert not [v.name for v in written if re.search(r"SECRET|PASSWORD|KEY_ID|MARQUEZ_DATABASE_URL", v.name)]
    taken = {v.name: v.ref for _, c in deployment.containers() for v in c.variables if v.ref}
    assert taken["CUBEJS_DB_DUCKDB_S3_SECRET_ACCESS_KEY"].name == "object-store-keys"
    assert taken["CUBEJS_DB_DUCKDB_S3_SECRET_ACCESS_KEY"].key == "secret-access-key"


def test_a_value_that_holds_a_secret_is_not_kept():
    spec = ProcessSpec(
        "x", "database", "real", "", ("x",), env={"URL": "sql://u:hunter2-x@h", "A": "hunter2-x", "B": "b"}
    )
    variables = {v.name: v for v in as_workload(spec, {"pass.word": "hunter2-x"}).containers[0].variables}
    assert (variables["URL"].value, variables["URL"].ref) == (None, None)
    assert (variables["A"].value, variables["A"].ref.name, variables["A"].ref.key) == (None, "pass", "word")
    assert variables["B"].value == "b"


def test_a_server_of_the_user_s_own_takes_the_place_of_a_workload(tmp_path):
    deployment = plan(tmp_path, marquez_url="http://127.0.0.1:9999")
    assert "marquez" not in {w.name for w in deployment.workloads}
    assert roots(deployment) == []


def test_localstack_in_place_of_the_usual_store_is_fine_too(tmp_path):
    assert roots(plan(tmp_path, object_store="localstack")) == []


@pytest.mark.parametrize(
    ("old", "new", "root"),
    [
        ("namespace: gold", "namespace: demo_catalog.gold", "platform.namespaces-well-formed layers.gold.namespace"),
        ("region: us-east-1", "region: eu-west-1", "semantic.s3-region-matches cube-api/cube-api"),
        ("lineage_namespace: demo", "lineage_namespace: shop", "lineage.namespace-matches cube-api/cube-api"),
        ("semantic-layer: floe-cube-api", "semantic-layer: cube", "telemetry.service-name-matches cube-api/cube-api"),
        ("version: ", "versoin: ", "platform.well-formed versoin"),
    ],
)
def test_a_platform_that_the_workloads_are_not_is_told(tmp_path, old, new, root):
    file = tmp_path / "own.yaml"
    file.write_text((ROOT / "demo" / "platform.yaml").read_text().replace(old, new))
    deployment = plan(tmp_path, platform=file)
    assert any(found.startswith(root) for found in roots(deployment))
    assert deployment.reading.file == file
