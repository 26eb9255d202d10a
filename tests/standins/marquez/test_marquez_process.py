"""The stand-in as a process: its settings, what it says of itself, its ports, its end, and what outlives it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.conformance.servers import PROJECT

GOOD = {"MARQUEZ_HTTP_PORT": "1", "MARQUEZ_DATABASE_URL": "sqlite://"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, None) for name in GOOD),
        ("MARQUEZ_HTTP_PORT", "eighty"),
        ("MARQUEZ_HTTP_PORT", "65536"),
        ("MARQUEZ_ADMIN_PORT", "-1"),
        ("MARQUEZ_DATABASE_URL", "nosuch://user:hidden@host/db"),
        ("MARQUEZ_DATABASE_URL", "sqlite:////not/there/marquez.db"),
    ],
)
def test_a_wrong_setting_is_named_without_a_traceback(name, value):
    env = {k: v for k, v in {**GOOD, name: value}.items() if v is not None} | {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "environments.local.standins.marquez"]
    done = subprocess.run(command, env=env, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


def test_it_says_that_it_is_a_stand_in(marquez):
    answer = httpx.get(f"{marquez.base}/api/v1/namespaces", trust_env=False)
    assert answer.headers["server"] == "floe-standin-marquez/0.51.1"
    assert "a stand-in for Marquez" in marquez.log.read_text()


def test_it_listens_on_loopback_only(marquez):
    for port in (marquez.port, marquez.second_port):
        with socket.socket() as other, pytest.raises(ConnectionRefusedError):
            other.connect(("127.0.0.2", port))


def test_it_ends_when_asked_to(own_marquez):
    assert own_marquez.start().stop() == 0


def test_what_it_does_not_do_is_501_with_a_reason(marquez):
    answer = httpx.post(f"{marquez.base}/api/v1-beta/graphql", json={"query": "{jobs {name}}"}, trust_env=False)
    assert answer.status_code == 501
    assert "does not do this" in answer.json()["message"]


def event(number, namespace="kept"):
    base = {"_producer": "https://example.invalid/test", "_schemaURL": "https://example.invalid/facet.json"}
    schema = {**base, "fields": [{"name": "id", "type": "long"}]}
    output = {"namespace": "lake", "name": f"t{number}", "facets": {"schema": schema}}
    return {
        "eventType": "COMPLETE", "eventTime": "2026-02-01T10:00:00Z", "producer": "https://example.invalid/test",
        "run": {"runId": str(uuid.UUID(int=number + 1))}, "job": {"namespace": namespace, "name": f"j{number}"},
        "outputs": [output],
    }  # fmt: skip


def test_what_was_acknowledged_survives_a_kill_whole(own_marquez):
    server, acknowledged, writing = own_marquez.start(), [], threading.Event()

    def write():
        with httpx.Client(base_url=server.base, trust_env=False) as http:
            for number in range(10_000):
                try:
                    if http.post("/api/v1/lineage", json=event(number)).status_code == 201:
                        acknowledged.append(number)
                except httpx.TransportError:
                    return
                if number == 10:
                    writing.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert writing.wait(60)
    server.stop(signal.SIGKILL)
    writer.join(60)
    server.start()
    with httpx.Client(base_url=f"{server.base}/api/v1", trust_env=False) as http:
        asked = {"limit": 10_000}
        jobs = {job["name"]: job for job in http.get("/namespaces/kept/jobs", params=asked).json()["jobs"]}
        events = http.get("/events/lineage", params=asked).json()["events"]
    assert {f"j{number}" for number in acknowledged} <= jobs.keys()
    assert len(jobs) == len(events) <= len(acknowledged) + 1  # the last one was written, or not at all
    assert all(job["outputs"] and job["latestRun"]["state"] == "COMPLETED" for job in jobs.values())


def test_no_event_of_many_clients_is_lost(marquez):
    clients, each = 16, 5

    def send(client):
        with httpx.Client(base_url=marquez.base, timeout=60, trust_env=False) as http:
            numbers = range(1000 + client * each, 1000 + client * each + each)
            return [http.post("/api/v1/lineage", json=event(number, "many")).status_code for number in numbers]

    with ThreadPoolExecutor(clients) as pool:
        statuses = [status for found in pool.map(send, range(clients)) for status in found]
    listed = httpx.get(f"{marquez.base}/api/v1/namespaces/many/jobs", params={"limit": 1000}, trust_env=False).json()
    assert statuses == [201] * clients * each
    assert len({job["name"] for job in listed["jobs"]}) == clients * each
