"""A stack of the reference platform that is none: its processes have ended, and nothing listens."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness import stack as names
from harness.contracts import Probe
from harness.platform import load_platform
from harness.stack import Stack, WorkloadState

DEMO = Path(__file__).parents[3] / "demo" / "platform.yaml"
WORKLOADS = {
    "object-store": "object-store",
    "postgresql": "database",
    "polaris": "catalog",
    "jaeger": "trace-store",
    "marquez": "lineage-store",
    "dagster-user-code": "orchestrator",
    "dagster-webserver": "orchestrator",
    "dagster-daemon": "orchestrator",
    "cube-api": "semantic-layer",
    "cube-refresh-worker": "semantic-layer",
}


@pytest.fixture
def stack(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    secrets = tmp_path / "secrets.json"
    refs = ("object-store-keys.access-key-id", "object-store-keys.secret-access-key", "polaris-client-id")
    refs += ("polaris-client-secret", "postgres-password", "cube-api-secret")
    secrets.write_text("{" + ", ".join(f'"{ref}": "x"' for ref in refs) + "}")
    nowhere = "http://127.0.0.1:1"
    kinds = [names.OBJECT_STORE, names.CATALOG, names.CATALOG_HEALTH, names.ORCHESTRATOR, names.SEMANTIC_LAYER]
    kinds += [names.SEMANTIC_REFRESH, names.TRACE_STORE, names.OTLP_HTTP, names.LINEAGE_STORE]
    log = tmp_path / "a.log"
    log.write_text("out of memory\n")
    return Stack(
        id="x",
        environment="local",
        folder=tmp_path,
        platform_file=DEMO,
        made_from=DEMO,
        digest="a",
        endpoints={**dict.fromkeys(kinds, nowhere), names.DATABASE: "postgresql://floe@127.0.0.1:1/floe"},
        workloads=[
            WorkloadState(name=name, component=component, kind="real", pid=ended.pid, created=0.0, log=log)
            for name, component in WORKLOADS.items()
        ],
        secrets_file=secrets,
    )


@pytest.fixture
def probe(stack):
    return Probe(stack, load_platform(DEMO))
