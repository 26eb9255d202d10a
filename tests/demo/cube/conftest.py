"""A Cube API and its refresh worker over a lake of their own, started while the lake has no table yet."""

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import httpx
import jwt
import psutil
import pytest
from ruamel.yaml import YAML

from demo.pipeline.duckdb_lake import EXTENSIONS, attach, extension
from demo.settings import read
from environments.local.plan import Plan
from environments.local.process import ProcessSpec
from environments.local.provision import provision
from environments.local.workloads import cube
from harness.stack import LINEAGE_STORE, OBJECT_STORE, OTLP_HTTP
from tests.conformance.servers import KEY_ID, SECRET, free_port, wait_until
from tests.demo.conftest import PLATFORM, SECRETS

WAREHOUSE = "cube_tests"
TABLES = {
    "stg_orders": """select i::bigint as order_id, (i % 10)::bigint as customer_id,
        date '2026-01-01' + (i % 60)::int as order_date, ['placed', 'shipped', 'cancelled'][i % 3 + 1] as status
        from range(300) t(i)""",
    "stg_order_items": """select i::bigint as order_item_id, (i // 2)::bigint as order_id,
        (i % 5)::bigint as product_id, (i % 4 + 1)::bigint as quantity, (i % 7 + 0.99)::decimal(10, 2) as unit_price
        from range(600) t(i)""",
    "mart_customer_orders": """select i::bigint as customer_id, 'customer ' || i as customer_name,
        ['DE', 'FR', 'US'][i % 3 + 1] as country, 'consumer' as segment, date '2026-01-01' as first_order_date,
        date '2026-02-01' as last_order_date, 3::bigint as orders, (i + 0.5)::decimal(18, 2) as revenue
        from range(10) t(i)""",
    "mart_product_performance": """select i::bigint as product_id, 'product ' || i as product_name,
        ['toys', 'food'][i % 2 + 1] as category, (i * 3)::bigint as units, 2::bigint as orders,
        (i * 10)::decimal(18, 2) as revenue from range(5) t(i)""",
}


@dataclass
class Lake:
    """What another client of the catalog does: a DuckDB session of its own for every statement."""

    environment: dict[str, str]

    def ask(self, *statements):
        with duckdb.connect() as session:
            for name in EXTENSIONS:
                session.execute(f"LOAD '{extension(name)}'")
            for statement in (*attach(read(self.environment)), *statements):
                session.execute(statement)
            return session.fetchall()

    def fill(self, silver="silver", gold="gold"):
        self.ask(
            *(
                f"create table lake.{silver if name.startswith('stg') else gold}.{name} as {sql}"
                for name, sql in TABLES.items()
            )
        )


@dataclass
class Server:
    """One running Cube."""

    spec: ProcessSpec
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self):
        own = {"PATH": os.environ["PATH"], "TMPDIR": str(self.log.parent)}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                self.spec.command, cwd=self.spec.cwd, env={**own, **self.spec.env}, stdout=output, stderr=output
            )
        return self

    def wait_until_ready(self):
        def holds():
            try:
                return self.spec.ready.probe() is None
            except httpx.HTTPError:
                return False

        wait_until(holds, self.process, self.log)

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)

    def addresses(self):
        """Where it listens."""
        sockets = psutil.Process(self.process.pid).net_connections("tcp")
        return {s.laddr.ip for s in sockets if s.status == psutil.CONN_LISTEN}

    def call(self, path, body=None, *, token=None, headers=(), **claims):
        if token is None:
            claims |= {"exp": int(time.time()) + 60}
            token = jwt.encode(claims, self.spec.env["CUBEJS_API_SECRET"], algorithm="HS256")
        headers = {**dict(headers), **({"authorization": token} if token else {})}
        url = f"http://127.0.0.1:{self.spec.ports['http']}/cubejs-api/v1/{path}"
        method = "GET" if body is None else "POST"
        return httpx.request(method, url, json=body, headers=headers, timeout=60, trust_env=False)

    def load(self, query, **options):
        answer = self.call("load", {"query": query}, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def plan(store, polaris, receiver, tmp_path_factory) -> Plan:
    """The plan of a stack of Cube alone, over a catalog without tables."""
    folder = tmp_path_factory.mktemp("cube")
    polaris.make_catalog(WAREHOUSE)
    with polaris.client() as http:
        for name in ("silver", "gold", "own"):
            made = http.post(f"/api/catalog/v1/{WAREHOUSE}/namespaces", json={"namespace": [name]})
            made.raise_for_status()
    platform = YAML().load(PLATFORM)
    platform["catalogs"]["main"] |= {"uri": f"{polaris.base}/api/catalog", "warehouse": WAREHOUSE}
    for storage in platform["storage"].values():
        storage["endpoint"] = store.endpoint
    YAML().dump(platform, folder / "platform.yaml")
    return Plan(
        platform_file=folder / "platform.yaml",
        folder=folder,
        parts=provision(["cube", "duckdb-home"]),
        endpoints={OBJECT_STORE: store.endpoint, LINEAGE_STORE: receiver.url, OTLP_HTTP: receiver.url},
        ports={f"{name}.http": free_port() for name in ("cube-api", "cube-refresh-worker")},
        secrets={
            "cube-api-secret": "a secret of this test that is long enough",
            "object-store-keys.access-key-id": KEY_ID,
            "object-store-keys.secret-access-key": SECRET,
            "polaris-client-id": "root",
            "polaris-client-secret": "s3cr3t",
        },
    )


@pytest.fixture(scope="session")
def servers(plan) -> Iterator[dict[str, Server]]:
    """Both processes, ready before there was a table; then the tables came."""
    started = {spec.name: Server(spec, plan.folder / f"{spec.name}.log").start() for spec in cube.specs(plan)}
    try:
        for server in started.values():
            server.wait_until_ready()
        Lake({**SECRETS, "PLATFORM_FILE": str(plan.platform_file)}).fill()
        yield started
    finally:
        for server in started.values():
            server.process.kill()
            server.process.wait()


@pytest.fixture
def api(servers) -> Server:
    """Cube's API."""
    return servers["cube-api"]


@pytest.fixture
def worker(servers) -> Server:
    """Cube's refresh worker."""
    return servers["cube-refresh-worker"]


@pytest.fixture
def lake(servers, plan) -> Lake:
    """The lake that Cube reads, by another client."""
    return Lake({**SECRETS, "PLATFORM_FILE": str(plan.platform_file)})
