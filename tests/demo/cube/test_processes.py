"""Cube's processes: what they keep, where they listen, what they say, how they end."""

from dataclasses import replace
from decimal import Decimal

from ruamel.yaml import YAML

from environments.local.workloads import cube
from tests.conformance.servers import free_port
from tests.demo.cube.conftest import Server
from tests.demo.cube.test_answers import eventually

ROLLED_UP = {"measures": ["orders.revenue"], "dimensions": ["customers.country"]}


def test_the_refresh_worker_keeps_a_rollup_in_the_lake_that_follows_the_data(worker, api, lake):
    def revenue(**claims):
        answer = api.load(ROLLED_UP, **claims)
        return answer, {row["customers.country"]: Decimal(row["orders.revenue"]) for row in answer["data"]}

    def follows():
        tables = lake.ask("select table_name from information_schema.tables where table_schema = 'rollups'")
        if not tables:
            return False
        answer, kept = revenue(rollups=True)
        assert set(answer["usedPreAggregations"]) == {"lake.rollups.orders_by_month"}
        return kept == revenue()[1]

    eventually(follows, 60)
    before = revenue()[1]
    lake.ask("insert into lake.silver.stg_order_items values (1000, 0, 1, 2, 50.00)")
    assert revenue()[1] == before | {"DE": before["DE"] + 100}
    eventually(follows, 60)


def test_the_worker_says_once_that_there_is_no_table_yet(worker):
    said = worker.log.read_text()
    scheduled = [line for line in said.splitlines() if "Refresh Scheduler Error" in line]
    assert len(scheduled) <= 2, said
    assert worker.process.poll() is None


def test_both_listen_on_loopback_alone(api, worker):
    assert api.addresses() == worker.addresses() == {"127.0.0.1"}


def test_no_secret_stands_in_a_log_or_an_argument(api, worker, plan):
    for server in (api, worker):
        said = server.log.read_text() + " ".join(server.spec.command)
        assert not [name for name, value in plan.secrets.items() if value in said and name != "polaris-client-id"]


def test_it_is_not_ready_when_the_catalog_is_dead_and_ends_when_told(plan, tmp_path):
    platform = YAML().load(plan.platform_file)
    platform["catalogs"]["main"]["uri"] = f"http://127.0.0.1:{free_port()}/api/catalog"
    YAML().dump(platform, tmp_path / "platform.yaml")
    ports = {name: free_port() for name in plan.ports}
    spec, _ = cube.specs(replace(plan, platform_file=tmp_path / "platform.yaml", ports=ports))
    server = Server(spec, tmp_path / "log").start()
    try:
        eventually(lambda: "listening" in server.log.read_text())
        assert "a query was answered by" in (spec.ready.probe() or "")
        assert server.stop() == 0
    finally:
        server.process.kill()
