"""The lineage store keeps what run events say, and refuses the rest as the real one does."""

import pytest
from starlette.testclient import TestClient

from environments.local.standins.marquez import database
from environments.local.standins.marquez.web import application

SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
BASE = {"_producer": "https://example.invalid/test", "_schemaURL": "https://example.invalid/facet.json"}
RUN = "00000000-0000-4000-8000-00000000000{}"


@pytest.fixture
def client(tmp_path):
    return TestClient(application(database.ready(f"sqlite:///{tmp_path}/marquez.db")))


def event(kind, job, *, run=1, inputs=(), outputs=(), second=0, **more):
    def dataset(name):
        facets = {"schema": {**BASE, "fields": [{"name": "id", "type": "long"}]}}
        return {"namespace": "polaris://demo_catalog", "name": name, "facets": facets}

    return {
        "eventType": kind,
        "eventTime": f"2026-02-01T10:00:{second:02d}Z",
        "producer": "https://example.invalid/test",
        "schemaURL": SCHEMA,
        "run": {"runId": RUN.format(run), **more},
        "job": {"namespace": "demo", "name": job},
        "inputs": [dataset(name) for name in inputs],
        "outputs": [dataset(name) for name in outputs],
    }


def send(client, *events):
    for each in events:
        answer = client.post("/api/v1/lineage", json=each)
        assert (answer.status_code, answer.content) == (201, b"")


def test_a_run_goes_from_start_to_its_end(client):
    send(client, event("START", "raw"))
    assert client.get(f"/api/v1/jobs/runs/{RUN.format(1)}").json()["state"] == "RUNNING"
    send(client, event("COMPLETE", "raw", second=3))
    run = client.get("/api/v1/namespaces/demo/jobs/raw/runs").json()["runs"][0]
    assert (run["state"], run["durationMs"]) == ("COMPLETED", 3000)


def test_the_graph_has_the_edges_that_were_told_and_no_other(client):
    send(
        client,
        event("COMPLETE", "raw", run=1, outputs=["bronze.a"]),
        event("COMPLETE", "mart", run=2, inputs=["bronze.a"], outputs=["gold.b"]),
        event("COMPLETE", "other", run=3, outputs=["gold.c"]),
    )
    node = "dataset:polaris://demo_catalog:gold.b"
    graph = client.get("/api/v1/lineage", params={"nodeId": node}).json()["graph"]
    edges = {(edge["origin"], edge["destination"]) for node in graph for edge in node["outEdges"]}
    assert edges == {
        ("job:demo:raw", "dataset:polaris://demo_catalog:bronze.a"),
        ("dataset:polaris://demo_catalog:bronze.a", "job:demo:mart"),
        ("job:demo:mart", "dataset:polaris://demo_catalog:gold.b"),
    }


def test_depth_0_shows_a_job_with_its_own_datasets(client):
    send(
        client,
        event("COMPLETE", "raw", run=1, outputs=["bronze.a"]),
        event("COMPLETE", "mart", run=2, inputs=["bronze.a"], outputs=["gold.b"]),
    )
    graph = client.get("/api/v1/lineage", params={"nodeId": "job:demo:mart", "depth": 0}).json()["graph"]
    assert sorted(node["id"].split(":")[-1] for node in graph) == ["bronze.a", "gold.b", "mart"]


def test_a_datasets_fields_are_known_once_a_run_that_writes_it_has_ended(client):
    path = "/api/v1/namespaces/polaris%3A%2F%2Fdemo_catalog/datasets/bronze.a"
    send(client, event("START", "raw", outputs=["bronze.a"]))
    assert client.get(path).json()["fields"] == []
    send(client, event("COMPLETE", "raw", outputs=["bronze.a"], second=1))
    assert [field["name"] for field in client.get(path).json()["fields"]] == ["id"]


def test_a_parent_renames_the_job(client):
    parent = {"parent": {**BASE, "run": {"runId": RUN.format(9)}, "job": {"namespace": "demo", "name": "dbt"}}}
    send(client, event("COMPLETE", "model", facets=parent))
    assert client.get("/api/v1/namespaces/demo/jobs/dbt.model").status_code == 200
    assert client.get("/api/v1/namespaces/demo/jobs/model").status_code == 404


def test_start_without_datasets_keeps_the_jobs_and_its_end_settles_them(client):
    send(client, event("COMPLETE", "raw", outputs=["bronze.a"]), event("START", "raw", run=2, second=1))
    job = "/api/v1/namespaces/demo/jobs/raw"
    assert [each["name"] for each in client.get(job).json()["outputs"]] == ["bronze.a"]
    send(client, event("COMPLETE", "raw", run=2, second=2))
    assert client.get(job).json()["outputs"] == []


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 422, {"errors": ["The request body must not be null"]}),
        (b"{", 500, None),
        (b"[]", 500, None),
        (
            b"{}",
            422,
            {
                "errors": [
                    "run must not be null",
                    "eventTime must not be null",
                    "job must not be null",
                    "producer must not be null",
                ]
            },
        ),
    ],
)
def test_what_is_no_event_is_refused(client, body, status, said):
    answer = client.post("/api/v1/lineage", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.json() == said if said else answer.json()["code"] == 400


def test_what_it_does_not_do_is_501_with_a_reason(client):
    answer = client.post("/api/v1-beta/graphql", json={"query": "{namespaces {name}}"})
    assert answer.status_code == 501
    assert "does not do" in answer.json()["message"]
