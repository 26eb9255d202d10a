"""The semantic layer: Cube's API and its refresh worker, one program with two settings."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from environments.local.plan import Plan
from environments.local.process import ProcessSpec, Ready
from environments.local.provision.store import cache_folder
from environments.local.secrets import as_variables
from environments.local.workloads.asking import asking
from harness.stack import LINEAGE_STORE, OBJECT_STORE, OTLP_HTTP

VERSION = "1.7.43 (JavaScript in place of the Rust addon)"
CUBES = frozenset({"customers", "orders", "products"})
_PROJECT = Path(__file__).parents[3]
_START = _PROJECT / "environments" / "local" / "parts" / "cube" / "start.js"


def specs(plan: Plan) -> tuple[ProcessSpec, ...]:
    """Return the processes: the API that answers, and the worker that keeps the rollups."""
    return _spec(plan, "cube-api"), _spec(plan, "cube-refresh-worker", CUBEJS_REFRESH_WORKER="true")


def _spec(plan: Plan, name: str, **settings: str) -> ProcessSpec:
    port = plan.ports[f"{name}.http"]
    return ProcessSpec(
        name=name,
        component="semantic-layer",
        kind="real",
        version=VERSION,
        command=(str(plan.parts.node), "--require", "@opentelemetry/auto-instrumentations-node/register", str(_START)),
        env={**environment(plan, name, port), **settings},
        cwd=plan.project / "demo" / "cube",
        ports={"http": port},
        requires=("object-store", "polaris", "catalog-init"),
        ready=ready(plan, name),
    )


def ready(plan: Plan, name: str) -> Ready:
    """Return the check of one of the plan's two Cube servers."""
    asked = probe(f"http://127.0.0.1:{plan.ports[f'{name}.http']}", plan.secrets["cube-api-secret"])
    return Ready("its model has the cubes, and the catalog answered a query of its DuckDB", asked)


def environment(plan: Plan, name: str, port: int) -> dict[str, str]:
    """Return the variables of a Cube process; the store's endpoint is `host:port`, as Cube's DuckDB wants it."""
    store = urlsplit(plan.endpoints[OBJECT_STORE])
    if not store.netloc:  # an empty one would make DuckDB reach for the real AWS
        raise ValueError(f"the object store's endpoint must be http(s)://host:port, not {store.geturl()!r}")
    return {
        "CUBEJS_API_SECRET": plan.secrets["cube-api-secret"],
        "CUBEJS_CACHE_AND_QUEUE_DRIVER": "memory",
        "CUBEJS_DB_DUCKDB_S3_ACCESS_KEY_ID": plan.secrets["object-store-keys.access-key-id"],
        "CUBEJS_DB_DUCKDB_S3_ENDPOINT": store.netloc,
        "CUBEJS_DB_DUCKDB_S3_REGION": "us-east-1",
        "CUBEJS_DB_DUCKDB_S3_SECRET_ACCESS_KEY": plan.secrets["object-store-keys.secret-access-key"],
        "CUBEJS_DB_DUCKDB_S3_URL_STYLE": "path",
        "CUBEJS_DB_DUCKDB_S3_USE_SSL": str(store.scheme == "https").lower(),
        "CUBEJS_DB_TYPE": "duckdb",
        "CUBEJS_DEV_MODE": "false",
        # Seconds that the worker waits at most between two tries; by default minutes, once there was no table yet.
        "CUBEJS_PRE_AGGREGATIONS_BACKOFF_MAX_TIME": "10",
        "CUBEJS_TELEMETRY": "false",
        "CUBEJS_TESSERACT_SQL_PLANNER": "false",
        "HOME": str(plan.parts.duckdb_home),
        "NODE_COMPILE_CACHE": str(cache_folder() / "node"),
        "NODE_ENV": "production",
        "NODE_PATH": str(plan.parts.cube / "node_modules"),
        "OPENLINEAGE_NAMESPACE": "demo",
        "OPENLINEAGE_URL": plan.endpoints[LINEAGE_STORE],
        "OTEL_EXPORTER_OTLP_ENDPOINT": plan.endpoints[OTLP_HTTP],
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_NODE_ENABLED_INSTRUMENTATIONS": "http,express",
        "OTEL_NODE_RESOURCE_DETECTORS": "env",
        "OTEL_SERVICE_NAME": f"floe-{name}",
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_BSP_SCHEDULE_DELAY": "500",  # milliseconds until a span is sent
        "PLATFORM_FILE": str(plan.platform_file),
        "PORT": str(port),
        **as_variables(plan.secrets, "polaris-client-id", "polaris-client-secret"),
    }


def probe(base: str, secret: str) -> Callable[[], str | None]:
    """Return a check of a Cube server: None when it knows its cubes and a fresh query has reached the catalog.

    Cube's own /readyz stays 200 with a dead store. A table that the catalog does not have yet is a fact too.
    """

    def check() -> str | None:
        import jwt  # late: it brings cryptography, which a stack that is used again does not need

        token = jwt.encode({"exp": int(time.time()) + 60}, secret, algorithm="HS256")
        with asking(f"{base}/cubejs-api/v1", timeout=10) as http:
            http.headers["authorization"] = token
            meta = http.get("/meta")
            if meta.status_code != 200:
                return f"GET /meta answered {meta.status_code} {meta.text[:300]}"
            if missing := CUBES - {cube["name"] for cube in meta.json()["cubes"]}:
                return f"/meta lacks {', '.join(sorted(missing))}"
            answer = http.post("/load", json={"query": {"measures": ["customers.count"]}}).json()
        error = answer.get("error")
        asked = error is None or "mart_customer_orders does not exist" in error
        return None if asked else f"a query was answered by {error}"

    return check
