"""What the contracts rest on in Marquez: the same tests for the stand-in and for a real server (--marquez-url)."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

BASE = {"_producer": "https://example.invalid/test", "_schemaURL": "https://example.invalid/facet.json"}
URL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


class Story:
    """Tells events of one namespace, a second apart."""

    def __init__(self, http):
        self.http, self.namespace, self.second = http, f"n{uuid.uuid4().hex[:12]}", 0
        self.lake = f"polaris://{self.namespace}"

    def dataset(self, name, columns=(("id", "long"),), **facets):
        schema = {**BASE, "fields": [{"name": column, "type": type_} for column, type_ in columns]}
        return {"namespace": self.lake, "name": name, "facets": {"schema": schema, **facets}}

    def event(self, kind, job, run_id=None, inputs=(), outputs=(), **more):
        self.second += 1
        sides = {"inputs": list(inputs), "outputs": list(outputs)}
        return {
            "eventType": kind,
            "eventTime": (NOON + timedelta(seconds=self.second)).isoformat(),
            "producer": BASE["_producer"],
            "schemaURL": f"{URL}RunEvent",
            "run": {"runId": run_id or str(uuid.uuid4())},
            "job": {"namespace": self.namespace, "name": job},
            **{
                side: [self.dataset(one) if isinstance(one, str) else one for one in ones]
                for side, ones in sides.items()
            },
            **more,
        }

    def send(self, *args, **more):
        event = self.event(*args, **more)
        answer = self.http.post("/lineage", json=event)
        assert (answer.status_code, answer.content) == (201, b""), answer.text
        return event["run"]["runId"]

    def get(self, path, **params):
        return self.http.get(path, params=params).raise_for_status().json()

    def job(self, name):
        return self.get(f"/namespaces/{self.namespace}/jobs/{quote(name, safe='')}")

    def read(self, dataset):
        return self.get(f"/namespaces/{quote(self.lake, safe='')}/datasets/{dataset}")

    def lineage(self, node, **params):
        return {node["id"]: node for node in self.get("/lineage", nodeId=node, **params)["graph"]}

    def job_id(self, name):
        return f"job:{self.namespace}:{name}"

    def dataset_id(self, name):
        return f"dataset:{self.lake}:{name}"


@pytest.fixture
def story(any_marquez):
    return Story(any_marquez)


# --- runs


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([None], "NEW"),
        (["START"], "RUNNING"),
        (["RUNNING"], "RUNNING"),
        (["OTHER"], "RUNNING"),
        (["START", "COMPLETE"], "COMPLETED"),
        (["START", "FAIL"], "FAILED"),
        (["START", "ABORT"], "ABORTED"),
        (["COMPLETE", "START"], "RUNNING"),  # whatever arrived last
        (["COMPLETE", "FAIL"], "FAILED"),
    ],
)
def test_a_runs_state_is_what_arrived_last(story, kinds, state):
    run = str(uuid.uuid4())
    for kind in kinds:
        story.send(kind, "job", run)
    assert story.get(f"/jobs/runs/{run}")["state"] == state
    runs = story.get(f"/namespaces/{story.namespace}/jobs/job/runs")
    assert [one["id"] for one in runs["runs"]] == [run]


def test_a_run_has_its_times_and_the_facets_of_all_its_events(story):
    run = story.send("START", "job")
    error = {**BASE, "message": "boom", "programmingLanguage": "PYTHON"}
    story.send("FAIL", "job", run, run={"runId": run, "facets": {"errorMessage": error}})
    found = story.get(f"/jobs/runs/{run}")
    assert found["durationMs"] == 1000
    assert found["facets"]["errorMessage"]["message"] == "boom"
    assert story.lineage(story.job_id("job"))[story.job_id("job")]["data"]["latestRun"]["facets"] == found["facets"]


def test_a_run_id_that_is_no_uuid_is_made_one(story):
    story.send("COMPLETE", "job", f"scheduled__{story.namespace}")
    assert uuid.UUID(story.job("job")["latestRun"]["id"]).version == 3


# --- jobs


def test_the_latest_run_comes_first_and_settles_the_jobs_datasets(story):
    story.send("COMPLETE", "job", inputs=["a"], outputs=["b"])
    last = story.send("COMPLETE", "job", inputs=["a"], outputs=["c"])
    found = story.job("job")
    assert found["latestRun"]["id"] == found["latestRuns"][0]["id"] == last
    assert len(found["latestRuns"]) == 2
    assert [[one["name"] for one in found[side]] for side in ("inputs", "outputs")] == [["a"], ["c"]]
    assert len(story.get(f"/namespaces/{story.namespace}/jobs/job/versions")["versions"]) == 2


def test_start_without_datasets_keeps_the_jobs_and_its_end_empties_them(story):
    story.send("COMPLETE", "job", outputs=["a"])
    run = story.send("START", "job")
    assert [one["name"] for one in story.job("job")["outputs"]] == ["a"]
    story.send("COMPLETE", "job", run)
    assert story.job("job")["outputs"] == []


def test_inputs_of_the_start_and_outputs_of_the_end_are_joined(story):
    run = story.send("START", "job", inputs=["a"])
    story.send("COMPLETE", "job", run, outputs=["b"])
    found = story.job("job")
    assert [[one["name"] for one in found[side]] for side in ("inputs", "outputs")] == [["a"], ["b"]]


def test_a_parent_renames_the_job(story):
    event = story.event("COMPLETE", "model")
    parent = {"run": {"runId": str(uuid.uuid4())}, "job": {"namespace": story.namespace, "name": "dbt"}}
    event["run"]["facets"] = {"parent": {**BASE, **parent}}
    story.http.post("/lineage", json=event).raise_for_status()
    assert story.job("dbt.model")["simpleName"] == "model"
    assert story.http.get(f"/namespaces/{story.namespace}/jobs/model").status_code == 404
    listed = story.get(f"/namespaces/{story.namespace}/jobs")
    assert {job["name"] for job in listed["jobs"]} == {"dbt", "dbt.model"}


@pytest.mark.parametrize("state", ["COMPLETED", "FAILED"])
def test_jobs_are_listed_by_the_state_of_their_last_run(story, state):
    story.send("COMPLETE", "good")
    story.send("FAIL", "bad")
    listed = story.get(f"/namespaces/{story.namespace}/jobs", lastRunStates=state)
    assert [job["name"] for job in listed["jobs"]] == [{"COMPLETED": "good", "FAILED": "bad"}[state]]


# --- datasets


def test_a_datasets_fields_are_known_once_a_run_that_writes_it_has_ended(story):
    run = story.send("START", "job", outputs=["a"])
    assert (story.read("a")["fields"], story.read("a")["currentVersion"]) == ([], None)
    story.send("COMPLETE", "job", run, outputs=["a"])
    assert [field["name"] for field in story.read("a")["fields"]] == ["id"]
    assert story.read("a")["facets"].keys() == {"schema"}


def test_each_run_that_writes_makes_a_version(story):
    for columns in ([("id", "long")], [("id", "long"), ("price", "double")]):
        story.send("COMPLETE", "job", outputs=[story.dataset("a", columns)])
    path = f"/namespaces/{quote(story.lake, safe='')}/datasets/a/versions"
    versions = story.get(path)["versions"]
    assert [[field["name"] for field in one["fields"]] for one in versions] == [["id", "price"], ["id"]]
    assert versions[0]["createdByRun"]["state"] == "COMPLETED"
    assert story.get(f"{path}/{versions[1]['version']}")["currentSchemaVersion"] == versions[1]["currentSchemaVersion"]


def test_both_names_of_a_symlink_read_one_dataset(story):
    other = {"namespace": story.lake, "name": "other", "type": "TABLE"}
    story.send("COMPLETE", "job", outputs=[story.dataset("a", symlinks={**BASE, "identifiers": [other]})])
    assert story.read("a")["currentVersion"] == story.read("other")["currentVersion"]
    assert story.dataset_id("a") in story.lineage(story.dataset_id("other"))


# --- lineage


def test_the_graph_has_the_edges_that_were_told_and_no_other(story):
    story.send("COMPLETE", "raw", outputs=["bronze.a"])
    story.send("COMPLETE", "mart", inputs=["bronze.a"], outputs=["gold.b"])
    story.send("COMPLETE", "other", outputs=["gold.c"])
    graph = story.lineage(story.dataset_id("gold.b"))
    edges = {(edge["origin"], edge["destination"]) for node in graph.values() for edge in node["outEdges"]}
    assert edges == {
        (story.job_id("raw"), story.dataset_id("bronze.a")),
        (story.dataset_id("bronze.a"), story.job_id("mart")),
        (story.job_id("mart"), story.dataset_id("gold.b")),
    }
    assert list(graph) == sorted(graph)


@pytest.mark.parametrize(("depth", "jobs"), [(-1, 1), (0, 1), (1, 2), (2, 3), (20, 4)])
def test_depth_counts_jobs_in_both_directions(story, depth, jobs):
    for number in range(4):
        story.send("COMPLETE", f"j{number}", inputs=[f"d{number}"], outputs=[f"d{number + 1}"])
    graph = story.lineage(story.job_id("j0"), depth=depth)
    assert sum(node["type"] == "JOB" for node in graph.values()) == jobs


def test_a_dataset_that_no_job_touches_any_more_is_alone(story):
    story.send("COMPLETE", "job", outputs=["a"])
    story.send("COMPLETE", "job", outputs=["b"])
    assert list(story.lineage(story.dataset_id("a"))) == [story.dataset_id("a")]
    story.http.delete(f"/namespaces/{story.namespace}/jobs/job").raise_for_status()
    assert list(story.lineage(story.dataset_id("b"))) == [story.dataset_id("b")]


@pytest.mark.parametrize(
    ("node", "status"),
    [(None, 400), ("", 400), ("job:a", 500), ("nonsense", 404), ("job:none:none", 404), ("dataset:none:none", 404)],
)
@pytest.mark.parametrize("route", ["/lineage", "/column-lineage"])
def test_a_node_that_is_not_there_is_refused(any_marquez, route, node, status):
    assert any_marquez.get(route, params={} if node is None else {"nodeId": node}).status_code == status


def test_columns_are_traced_to_the_columns_they_were_made_of(story):
    source = {"namespace": story.lake, "name": "a", "field": "id"}
    made = {"inputFields": [source], "transformationDescription": "copied", "transformationType": "IDENTITY"}
    story.send("COMPLETE", "raw", outputs=["a"])
    output = story.dataset("b", [("key", "long")], columnLineage={**BASE, "fields": {"key": made}})
    story.send("COMPLETE", "mart", inputs=["a"], outputs=[output])
    graph = story.get("/column-lineage", nodeId=story.dataset_id("b"))["graph"]
    edges = [(edge["origin"], edge["destination"]) for node in graph for edge in node["inEdges"]]
    assert edges == [(f"datasetField:{story.lake}:b:key", f"datasetField:{story.lake}:a:id")]
    (column,) = story.read("b")["columnLineage"]
    assert column["name"] == "key"
    assert column["inputFields"][0]["field"] == "id"


# --- events


def test_events_are_kept_and_found_by_their_time(story):
    event = story.event("COMPLETE", "job", outputs=["a"], custom={"kept": [1, 2]})
    story.http.post("/lineage", json=event).raise_for_status()

    def found(**asked):
        events = story.get("/events/lineage", limit=1000, **asked)["events"]
        return [one for one in events if one["job"]["namespace"] == story.namespace]

    later = (NOON + timedelta(seconds=2)).isoformat()
    (kept,) = found(after=event["eventTime"], before=later)
    assert (kept["custom"], kept["run"]["runId"]) == (event["custom"], event["run"]["runId"])
    assert kept["eventTime"] == event["eventTime"].replace("+00:00", "Z")
    assert [one["name"] for one in kept["outputs"]] == ["a"]
    assert found(after=event["eventTime"], before=event["eventTime"]) == []


def test_events_of_a_dataset_or_a_job_alone_are_taken(story):
    base = {"eventTime": NOON.isoformat(), "producer": BASE["_producer"]}
    alone = {**base, "schemaURL": f"{URL}DatasetEvent", "dataset": story.dataset("a")}
    job = {"namespace": story.namespace, "name": "static"}
    static = {**base, "schemaURL": f"{URL}JobEvent", "job": job, "inputs": [story.dataset("a")]}
    for event in (alone, static):
        assert story.http.post("/lineage", json=event).status_code == 201
    assert [field["name"] for field in story.read("a")["fields"]] == ["id"]
    assert story.job("static")["latestRun"] is None
    assert story.job_id("static") in story.lineage(story.dataset_id("a"))


# --- bad input


@pytest.mark.parametrize(
    ("body", "status", "errors"),
    [
        ("", 422, {"The request body must not be null"}),
        ("null", 422, {"The request body must not be null"}),
        (
            "{}",
            422,
            {"run must not be null", "eventTime must not be null", "job must not be null", "producer must not be null"},
        ),
        ("{", 500, None),
        ("[]", 500, None),
        ('{"run": "x"}', 500, None),
        ('{"eventTime": "yesterday"}', 500, None),
        ('{"schemaURL": "not a url"}', 500, None),
        ('{"inputs": {}}', 500, None),
    ],
)
def test_what_is_no_event_is_refused(any_marquez, body, status, errors):
    answer = any_marquez.post("/lineage", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    if errors:
        assert set(answer.json()["errors"]) == errors
    else:
        assert answer.json()["code"] == 400  # the status says 500 all the same, so clients try again


@pytest.mark.parametrize(
    ("part", "change", "lacks"),
    [
        ("run", {"runId": None}, "run.runId"),
        ("job", {"name": None}, "job.name"),
        ("job", {"namespace": None}, "job.namespace"),
        ("inputs", [{"namespace": "x"}], "inputs[0].name"),
        ("producer", None, "producer"),
        ("eventTime", "", "eventTime"),
    ],
)
def test_what_an_event_lacks_is_named(story, part, change, lacks):
    event = story.event("COMPLETE", "job")
    event[part] = event[part] | change if isinstance(change, dict) else change
    answer = story.http.post("/lineage", json=event)
    assert (answer.status_code, answer.json()) == (422, {"errors": [f"{lacks} must not be null"]})
    assert story.http.get(f"/namespaces/{story.namespace}").status_code == 404  # nothing was written


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/namespaces/not-there", 404),
        ("/namespaces/not-there/datasets", 404),
        ("/namespaces/default/jobs/not-there", 404),
        ("/namespaces/default/datasets/not-there", 404),
        ("/jobs/runs/not-a-uuid", 404),
        (f"/jobs/runs/{uuid.UUID(int=7)}", 404),
        (f"/jobs/runs/{uuid.UUID(int=7)}/facets", 400),
        ("/jobs?limit=-1", 400),
        ("/jobs?offset=-1", 400),
        ("/jobs?limit=x", 404),
        ("/jobs?lastRunStates=BANANA", 400),
        ("/events/lineage?before=yesterday", 400),
        ("/events/lineage?after=2026-02-01T10:00:00", 400),
        ("/lineage?depth=x", 404),
        ("/events/lineage?sortDirection=up", 400),
        ("/namespaces/not-there/jobs", 200),
        ("/namespaces/a%20b", 404),
        ("/nothing", 404),
    ],
)
def test_wrong_questions_get_the_real_servers_answer(any_marquez, path, status):
    assert any_marquez.get(path).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json", "accept": "text/html"}, 406),
        ({"content-type": "application/json; charset=utf-8"}, 201),
    ],
)
def test_events_are_json(story, headers, status):
    body = json.dumps(story.event("COMPLETE", "job"))
    assert story.http.post("/lineage", content=body, headers=headers).status_code == status
