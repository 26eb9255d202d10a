import json
import time

import jwt
import pytest

from harness.errors import WaitTimeout
from harness.systems.catalog import CatalogClient, in_path
from harness.systems.cube import Cube, signed
from harness.systems.dagster import Dagster, DagsterFault, error_lines
from harness.systems.http import UnexpectedAnswer
from harness.systems.lake import Keys, extension_file, named, quoted
from harness.systems.lineage import Lineage, run_event, run_id_of
from harness.systems.object_store import NoEndpoint, ObjectStore
from harness.systems.trace_context import TraceContext
from harness.systems.traces import Traces

SECRET = "a secret of thirty-two characters"


def test_a_token_names_its_layers_and_runs_out():
    claims = jwt.decode(signed(SECRET, {"gold": "mine"}, lifetime=60), SECRET, algorithms=["HS256"])
    assert claims["layers"] == {"gold": "mine"}
    assert 0 < claims["exp"] - time.time() <= 60
    assert "layers" not in jwt.decode(signed(SECRET), SECRET, algorithms=["HS256"])


def test_a_token_of_another_secret_is_a_forged_one():
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(signed("x" * 32), SECRET, algorithms=["HS256"])


def test_cube_is_asked_again_while_it_says_continue_wait(serve):
    answers = iter([{"error": "Continue wait"}, {"error": "Continue wait"}, {"data": [{"orders.count": "3"}]}])
    server = serve(lambda request: (200, next(answers)))
    rows = Cube(server.url, secret=SECRET).load(
        {"measures": ["orders.count"]}, layers={"gold": "mine"}, traceparent="tp"
    )
    assert rows == [{"orders.count": "3"}]
    assert len(server.requests) == 3
    sent = server.requests[0]
    assert sent.headers["traceparent"] == "tp"
    assert jwt.decode(sent.headers["authorization"], SECRET, algorithms=["HS256"])["layers"] == {"gold": "mine"}


def test_cube_that_only_waits_is_given_up_with_what_it_said(serve):
    server = serve(lambda request: (200, {"error": "Continue wait"}))
    with pytest.raises(WaitTimeout, match="Continue wait"):
        Cube(server.url, secret=SECRET).load({}, limit=0.2)


def test_cube_s_error_is_shown(serve):
    server = serve(lambda request: (400, {"error": "'x' not found"}))
    with pytest.raises(UnexpectedAnswer, match="'x' not found"):
        Cube(server.url, secret=SECRET).load({})


def test_no_token_means_no_header(serve):
    server = serve(lambda request: (403, {"error": "Authorization header isn't set"}))
    assert Cube(server.url, secret=SECRET).post({}, token="").status_code == 403
    assert "authorization" not in server.requests[0].headers


def run(status, **more):
    return {"__typename": "Run", "status": status, "jobName": "load", "stepStats": [], "tags": [], **more}


def events(*rows):
    return {"__typename": "EventConnection", "cursor": "c", "hasMore": False, "events": list(rows)}


def dagster(serve, *, runs, rows=()):
    states = iter(runs)

    def answer(request):
        query = json.loads(request.body)["query"]
        if "runOrError" in query:
            return 200, {"data": {"runOrError": next(states)}}
        return 200, {"data": {"logsForRun": events(*rows)}}

    return Dagster(serve(answer).url, location="demo")


def test_a_run_is_waited_for_until_it_has_succeeded(serve):
    client = dagster(serve, runs=[run("QUEUED"), run("STARTED"), run("SUCCESS")])
    assert client.wait("r", 10)["status"] == "SUCCESS"


def test_a_run_that_fails_ends_the_wait_with_its_error(serve):
    error = {"message": "DagsterError: step failed", "stack": [], "cause": {"message": "NoSuchTable: gold.x"}}
    failure = {"__typename": "ExecutionStepFailureEvent", "stepKey": "mart", "message": "", "error": error}
    client = dagster(serve, runs=[run("STARTED"), run("FAILURE")], rows=[failure])
    with pytest.raises(DagsterFault) as raised:
        client.wait("r", 3600)
    assert "mart: NoSuchTable: gold.x" in str(raised.value)


def test_a_run_that_does_not_end_is_given_up_with_its_last_state(serve):
    steps = [{"stepKey": "mart", "status": "IN_PROGRESS"}]
    client = dagster(serve, runs=[run("STARTED", stepStats=steps)] * 1000)
    with pytest.raises(WaitTimeout, match="mart IN_PROGRESS"):
        client.wait("r", 0.2)


def test_a_dead_workload_ends_the_wait_for_a_run(serve):
    client = dagster(serve, runs=[run("QUEUED")])
    with pytest.raises(WaitTimeout, match="the daemon is gone"):
        client.wait("r", 3600, alive=lambda: "the daemon is gone")


def test_what_a_run_made_and_checked_is_read_from_its_events(serve):
    made = {"__typename": "MaterializationEvent", "assetKey": {"path": ["mart"]}}
    checked = {"__typename": "AssetCheckEvaluationEvent"}
    checked["evaluation"] = {
        "success": False,
        "checkName": "unique",
        "severity": "ERROR",
        "assetKey": {"path": ["mart"]},
    }
    client = dagster(serve, runs=[], rows=[made, checked])
    assert client.materializations("r") == {"mart"}
    assert client.check_results("r") == {"mart.unique": False}


def test_an_error_is_told_once():
    event = {"error": {"message": "boom\n", "cause": None}, "stepKey": None}
    assert error_lines([event, event, {"message": "fine"}]) == ["boom"]


def test_a_run_that_failed_before_its_first_step_says_why(serve):
    engine = {"__typename": "EngineEvent", "stepKey": None, "error": {"message": "no code server", "cause": None}}
    client = dagster(serve, runs=[run("FAILURE")], rows=[engine])
    with pytest.raises(DagsterFault, match="no code server"):
        client.wait("r", 10)


def test_what_is_asked_of_a_run_s_events_includes_the_engine_s_errors(serve):
    server = serve(lambda request: (200, {"data": {"logsForRun": events()}}))
    Dagster(server.url, location="demo").events("r")
    assert "EngineEvent" in json.loads(server.requests[0].body)["query"]


def test_a_query_that_dagster_refuses_is_an_error(serve):
    server = serve(lambda request: (200, {"errors": [{"message": "Cannot query field"}], "data": None}))
    with pytest.raises(DagsterFault, match="Cannot query field"):
        Dagster(server.url, location="demo").daemons()


def test_dagster_s_queries_fit_its_schema():
    from dagster_graphql.schema import create_schema
    from graphql import parse, validate

    import harness.systems.dagster as module

    schema = create_schema().graphql_schema
    queries = {name: text for name, text in vars(module).items() if name.isupper() and str(text).startswith("\n")}
    assert len(queries) == 6
    for name, text in queries.items():
        assert (name, validate(schema, parse(text))) == (name, [])


@pytest.fixture
def catalog():
    def make(url):
        return CatalogClient(
            uri=f"{url}/api/catalog", management=url, warehouse="w", client_id="me", client_secret="s3"
        )

    return make


def test_a_token_is_asked_for_by_form_and_sent_as_bearer(serve, catalog):
    def answer(request):
        return (200, {"access_token": "t"}) if request.method == "POST" else (200, {"overrides": {}})

    server = serve(answer)
    client = catalog(server.url)
    client.config()
    client.config("other")
    token, first, second = server.requests
    assert token.path == "/api/catalog/v1/oauth/tokens"
    assert token.headers["content-type"] == "application/x-www-form-urlencoded"
    assert b"client_secret=s3" in token.body
    assert first.headers["authorization"] == "Bearer t"
    assert second.path.endswith("?warehouse=other")


def test_a_token_that_has_run_out_is_renewed(serve, catalog):
    tokens = iter(["old", "new"])

    def answer(request):
        if request.method == "POST":
            return 200, {"access_token": next(tokens)}
        return (200, {"namespaces": [["a"]]}) if request.headers["authorization"] == "Bearer new" else (401, None)

    assert catalog(serve(answer).url).namespaces() == [("a",)]


def test_a_wrong_secret_is_told_without_being_shown(serve, catalog):
    server = serve(lambda request: (401, {"error": "unauthorized_client"}))
    with pytest.raises(UnexpectedAnswer, match="unauthorized_client") as error:
        catalog(server.url).namespaces()
    assert "s3" not in str(error.value)


def test_levels_are_parted_by_the_unit_separator():
    assert in_path("a.b") == "a.b"
    assert in_path(("a", "b c")) == "a%1Fb%20c"


def test_a_namespace_is_dropped_with_what_is_in_it(serve, catalog):
    deleted = []

    def answer(request):
        path = request.path
        if path.endswith("/tokens"):
            return 200, {"access_token": "t"}
        if request.method == "DELETE":
            deleted.append(path.partition("/v1/w/")[2])
            return 204, None
        if "parent=" in path:
            return 200, {"namespaces": [["a", "b"]] if path.endswith("parent=a") else []}
        if path.endswith("/tables"):
            return 200, {"identifiers": [{"namespace": ["a"], "name": "t"}]}
        return 200, {"namespace": ["a"], "properties": {}}

    catalog(serve(answer).url).drop_namespace_with_tables("a")
    assert deleted == ["namespaces/a%1Fb/tables/t", "namespaces/a%1Fb", "namespaces/a/tables/t", "namespaces/a"]


def test_an_unknown_trace_has_no_spans(serve):
    server = serve(lambda request: (404, {"data": None, "errors": [{"code": 404, "msg": "trace not found"}]}))
    assert Traces(server.url, server.url).trace("0" * 32) == []


def test_a_span_that_is_not_taken_is_an_error(serve):
    server = serve(lambda request: (503, {"message": "full"}))
    with pytest.raises(UnexpectedAnswer, match="full"):
        Traces(server.url, server.url).emit(TraceContext.fresh(), "canary")


def test_a_span_is_sent_with_its_place_in_the_trace(serve):
    server = serve(lambda request: (200, {}))
    root = TraceContext.fresh()
    child = TraceContext.parse(root.traceparent).child()
    Traces(server.url, server.url).emit(child, "ask", seconds=2, attributes={"a": "b"})
    resource = json.loads(server.requests[0].body)["resourceSpans"][0]
    [span] = resource["scopeSpans"][0]["spans"]
    assert (span["traceId"], span["parentSpanId"], span["spanId"]) == (root.trace_id, root.span_id, child.span_id)
    assert int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"]) == 2_000_000_000
    assert resource["resource"]["attributes"][0]["value"] == {"stringValue": "floe-harness"}


@pytest.mark.parametrize("text", ["", "00-x-y-01", "00-" + "a" * 32])
def test_what_is_no_traceparent_is_refused(text):
    with pytest.raises(ValueError, match="not a traceparent"):
        TraceContext.parse(text)


def test_a_name_in_a_path_is_quoted(serve):
    server = serve(lambda request: (200, {"fields": []}))
    Lineage(server.url).dataset("polaris://demo_catalog", "gold.mart")
    assert server.requests[0].path == "/api/v1/namespaces/polaris%3A%2F%2Fdemo_catalog/datasets/gold.mart"


def test_a_run_that_the_lineage_store_does_not_know_is_none(serve):
    server = serve(lambda request: (404, {"code": 404, "message": "not found"}))
    assert Lineage(server.url).run("x") is None


def test_an_event_that_is_refused_is_an_error(serve):
    server = serve(lambda request: (422, {"errors": ["job must not be null"]}))
    with pytest.raises(UnexpectedAnswer, match="must not be null"):
        Lineage(server.url).post(run_event("START", run_id="r", namespace="n", job="j"))


def test_the_lineage_run_of_an_asset_follows_from_the_orchestrator_s_run():
    run_id = "0b6b1a5e-6f0f-4d2a-9c59-6a3e4c1d2f00"
    assert run_id_of(run_id, "a") == run_id_of(run_id, "a") != run_id_of(run_id, "b")


def test_an_empty_endpoint_never_reaches_for_the_real_aws():
    with pytest.raises(NoEndpoint):
        ObjectStore(Keys(" ", "us-east-1", "id", "secret"))


def test_keys_do_not_show_their_secret():
    assert "hush" not in repr(Keys("http://x", "r", "id", "hush"))


def test_names_and_texts_are_quoted_for_sql():
    assert named("lake", 'a"b') == '"lake"."a""b"'
    assert quoted("it's") == "'it''s'"


def test_duckdb_s_extensions_come_from_their_wheels():
    assert extension_file("httpfs").stat().st_size > 100_000
    with pytest.raises(LookupError, match="nothing"):
        extension_file("nothing")
