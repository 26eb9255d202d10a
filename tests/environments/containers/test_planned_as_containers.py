"""The workloads of `containers` as preflight sees them: no engine is asked, no secret is shown."""

import re
from pathlib import Path

import pytest

import environments
from harness.contracts.registry import Target, contracts_of
from harness.diagnosis import evaluate
from harness.settings import load_settings

ROOT = Path(__file__).parents[3]


def plan(folder, platform=ROOT / "demo" / "platform.yaml", images="built"):
    given = {"environment": "containers", "platform": platform, "images": images}
    return environments.planned(load_settings(folder, given), folder)


def roots(deployment):
    targets = {Target.PLATFORM: deployment.reading, Target.DEPLOYMENT: deployment}
    return [f"{root.contract.id} {root.subject}" for root in evaluate(contracts_of(*targets), targets).roots]


@pytest.fixture(autouse=True)
def no_engine(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")


@pytest.mark.parametrize("images", ["official", "built"])
def test_every_workload_is_there_and_nothing_is_wrong_with_it(tmp_path, images):
    deployment = plan(tmp_path, images=images)
    assert len(deployment.workloads) == 11
    assert roots(deployment) == []


def test_secrets_become_references(tmp_path):
    deployment = plan(tmp_path)
    written = [v for _, c in deployment.containers() for v in c.variables if v.value]
    assert not [v.name for v in written if re.search(r"SECRET|PASSWORD|KEY_ID|DATABASE_URL|BOOTSTRAP", v.name)]


def test_the_effective_platform_names_hosts_of_the_network(tmp_path):
    written = plan(tmp_path).reading.platform
    assert written.catalog.uri == "http://polaris:8181/api/catalog"
    assert {storage.endpoint for storage in written.storage.values()} == {"http://object-store:4566"}


def test_a_mistake_of_the_platform_is_named(tmp_path):
    demo = (ROOT / "demo" / "platform.yaml").read_text()
    file = tmp_path / "given.yaml"
    file.write_text(demo.replace("region: us-east-1", "region: eu-west-1"))
    assert "semantic.s3-region-matches cube-api/cube-api/CUBEJS_DB_DUCKDB_S3_REGION" in roots(plan(tmp_path, file))
