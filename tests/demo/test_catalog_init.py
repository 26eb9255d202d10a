"""`python -m demo.catalog_init` against a real store and the catalog."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def init(lake_environment):
    """Run the init with changes to its environment."""

    def run(**changes):
        return subprocess.run(
            [sys.executable, "-m", "demo.catalog_init"],
            env=lake_environment | changes, cwd=PROJECT, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    return run


def test_run_again_it_changes_nothing(init, polaris):
    first = init()
    assert first.returncode == 0, first.stderr
    with polaris.client() as http:
        before = http.get("/api/management/v1/catalogs/demo_catalog").json()
    again = init()
    assert again.stdout.splitlines()[-1] == "catalog init done, 0 changes"
    with polaris.client() as http:
        assert http.get("/api/management/v1/catalogs/demo_catalog").json() == before
        found = http.get("/api/catalog/v1/demo_catalog/namespaces/silver").json()
    assert found["properties"]["location"] == "s3://iceberg-silver/silver/"


def test_a_wrong_secret_fails_in_one_line_without_the_secret(init):
    done = init(POLARIS_CLIENT_SECRET="not-the-one")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no token" in done.stderr
    assert "401" in done.stderr
    assert "not-the-one" not in done.stdout + done.stderr
