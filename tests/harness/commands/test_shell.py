"""`harness shell` has a client of every system, but for those that the platform gives too little for."""

import json
from pathlib import Path

import pytest

from harness.commands.shell import CLIENTS, banner, names
from harness.contracts.probe import Probe
from harness.platform import load_platform
from harness.stack import Stack
from tests.stacks import a_stack

PROJECT = Path(__file__).parents[3]
ENDPOINTS = ("object-store", "catalog", "orchestrator", "semantic-layer", "semantic-refresh", "trace-store")
SECRETS = ("object-store-keys.access-key-id", "object-store-keys.secret-access-key", "polaris-client-id")


@pytest.fixture
def stack(tmp_path) -> Stack:
    secrets = tmp_path / "secrets.json"
    secrets.write_text(json.dumps(dict.fromkeys((*SECRETS, "polaris-client-secret", "cube-api-secret"), "x")))
    return a_stack(
        tmp_path,
        platform_file=PROJECT / "demo" / "platform.yaml",
        endpoints={name: "http://127.0.0.1:9" for name in (*ENDPOINTS, "otlp-http", "lineage-store")},
    )


def test_every_client_is_ready_and_said(stack):
    found = names(Probe(stack, load_platform(stack.platform_file)))
    assert set(found) == {"probe", "stack", *CLIENTS}
    said = banner("a1", found)
    assert [name for name in found if f"\n  {name} " not in said] == []


def test_a_client_without_an_endpoint_or_expectations_is_left_out(stack, tmp_path):
    del stack.endpoints["lineage-store"]
    probe = Probe(stack, load_platform(stack.platform_file), expectations_file=tmp_path / "none.yaml")
    found = names(probe)
    assert set(CLIENTS) - set(found) == {"lineage", "dagster", "dbt"}
    assert "lineage" not in banner("a1", found)
