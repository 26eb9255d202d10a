"""Commits are neither lost nor torn: with many clients at once, and when the process is killed."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

FIELD = {"id": 1, "name": "id", "type": "long", "required": False}
SCHEMA = {"type": "struct", "schema-id": 0, "fields": [FIELD]}
CLIENTS, COMMITS = 16, 5


def make_table(polaris, catalog, name="t"):
    tables = f"/api/catalog/v1/{catalog}/namespaces/n/tables"
    with polaris.client() as http:
        http.post(f"/api/catalog/v1/{catalog}/namespaces", json={"namespace": ["n"]})
        http.post(tables, json={"name": name, "schema": SCHEMA}).raise_for_status()
    return f"{tables}/{name}"


def set_properties(**properties):
    return {"requirements": [], "updates": [{"action": "set-properties", "updates": properties}]}


def test_no_acknowledged_commit_of_many_clients_is_lost(polaris):
    table = make_table(polaris, polaris.make_catalog("many", stsUnavailable=True))

    def commit(client):
        with polaris.client() as http:
            keys = [f"k{client}-{number}" for number in range(COMMITS)]
            return {key: http.post(table, json=set_properties(**{key: "1"})).status_code for key in keys}

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = {key: status for found in pool.map(commit, range(CLIENTS)) for key, status in found.items()}
    with polaris.client() as http:
        metadata = http.get(table).json()["metadata"]
    kept = {key for key in metadata["properties"] if key.startswith("k")}
    done = {key for key, status in statuses.items() if status == 200}
    assert set(statuses.values()) <= {200, 409}
    assert kept == done
    assert len(metadata["metadata-log"]) == len(done)  # each commit followed one other


def test_of_commits_from_one_state_one_wins(polaris):
    table = make_table(polaris, polaris.make_catalog("race", stsUnavailable=True))
    start = threading.Barrier(CLIENTS)

    def add_column(number):
        field = {"id": 2, "name": f"c{number}", "type": "long", "required": False}
        schema = {"type": "struct", "schema-id": 1, "fields": [FIELD, field]}
        change = {
            "requirements": [{"type": "assert-current-schema-id", "current-schema-id": 0}],
            "updates": [
                {"action": "add-schema", "schema": schema, "last-column-id": 2},
                {"action": "set-current-schema", "schema-id": -1},
            ],
        }
        with polaris.client() as http:
            start.wait(30)
            return http.post(table, json=change).status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = sorted(pool.map(add_column, range(CLIENTS)))
    assert statuses == [200] + [409] * (CLIENTS - 1)


def test_of_creations_of_one_table_one_wins(polaris):
    catalog = polaris.make_catalog("twice", stsUnavailable=True)
    make_table(polaris, catalog, "other")
    start = threading.Barrier(8)

    def create(_):
        with polaris.client() as http:
            start.wait(30)
            made = http.post(f"/api/catalog/v1/{catalog}/namespaces/n/tables", json={"name": "t", "schema": SCHEMA})
            return made.status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == [200] + [409] * 7
    listed = polaris.store.s3().list_objects_v2(Bucket="misc", Prefix="twice/n/t/")
    assert listed["KeyCount"] == 1  # the losers' files are gone


def test_a_transaction_changes_all_tables_or_none(polaris):
    catalog = polaris.make_catalog("whole", stsUnavailable=True)
    tables = [make_table(polaris, catalog, name) for name in ("a", "b")]
    uuid = {"type": "assert-table-uuid", "uuid": "00000000-0000-0000-0000-000000000000"}
    changes = [
        {"identifier": {"namespace": ["n"], "name": "a"}, **set_properties(half="yes")},
        {"identifier": {"namespace": ["n"], "name": "b"}, **set_properties(half="yes"), "requirements": [uuid]},
    ]
    with polaris.client() as http:
        refused = http.post(f"/api/catalog/v1/{catalog}/transactions/commit", json={"table-changes": changes})
        assert refused.status_code == 409
        for table in tables:
            assert "half" not in http.get(table).json()["metadata"]["properties"]


def test_what_was_acknowledged_survives_a_kill(own_polaris):
    server = own_polaris()
    table = make_table(server, server.make_catalog("killed", stsUnavailable=True))
    http = server.client()
    bearer = http.headers["authorization"]
    acknowledged, writing = [], threading.Event()

    def write():
        with server.client() as writer:
            for number in range(10_000):
                try:
                    if writer.post(table, json=set_properties(last=str(number))).status_code == 200:
                        acknowledged.append(number)
                except httpx.TransportError:
                    return
                if number == 5:
                    writing.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert writing.wait(60)
    server.stop(signal.SIGKILL)
    writer.join(60)
    server.start()
    again = httpx.get(f"{server.base}{table}", headers={"authorization": bearer}, trust_env=False)
    assert again.status_code == 200  # tokens stay good too
    last = int(again.json()["metadata"]["properties"]["last"])
    assert acknowledged[-1] <= last <= acknowledged[-1] + 1


@pytest.mark.parametrize("name", ["catalog", "client"])
def test_secrets_do_not_stand_in_the_log(own_polaris, name):
    server = own_polaris()
    http = server.client()
    server.make_catalog("quiet")
    table = make_table(server, "quiet")
    vended = http.get(table, headers={"x-iceberg-access-delegation": "vended-credentials"}).json()["config"]
    log = server.log.read_text()
    secrets = {
        "catalog": ["testsecrettestsecret", "s3cr3t"],
        "client": [vended["s3.secret-access-key"], vended["s3.session-token"], http.headers["authorization"][7:]],
    }[name]
    assert "stand-in" in log
    assert not [secret for secret in secrets if secret in log]
