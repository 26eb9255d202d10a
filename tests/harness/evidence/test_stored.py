"""What the platform has stored of a scenario is asked by the traces and runs that the scenario touched."""

import time

from harness.evidence import Exchange
from harness.evidence.record import Record
from harness.evidence.stored import add_stored
from tests.stacks import a_stack

TRACE, RUN = "a" * 32, "01234567-0123-0123-0123-0123456789ab"
SPAN = {
    "traceID": TRACE,
    "spanID": "1",
    "references": [],
    "processID": "p",
    "operationName": "GET /tables",
    "tags": [{"key": "error", "value": True}],
    "startTime": 1_790_000_000_000_000,
    "duration": 1_500_000,
}
EVENT = {
    "eventType": "FAIL",
    "eventTime": "2026-11-24T10:00:00Z",
    "job": {"name": "stg_orders"},
    "inputs": [{"name": "bronze.raw_orders"}],
    "outputs": [],
}
RUN_EVENT = {
    "__typename": "ExecutionStepFailureEvent",
    "message": "Execution of step failed",
    "level": "ERROR",
    "stepKey": "stg_orders",
    "eventType": "STEP_FAILURE",
    "timestamp": "1790000000000",
    "error": {"message": "no such column"},
}


def answer(request):
    if request.path.startswith(f"/api/traces/{TRACE}"):
        return 200, {"data": [{"processes": {"p": {"serviceName": "polaris"}}, "spans": [SPAN]}]}
    if request.path.startswith("/api/v1/events/lineage"):
        return 200, {"totalCount": 1, "events": [EVENT]}
    return 200, {"data": {"logsForRun": {"__typename": "EventConnection", "hasMore": False, "events": [RUN_EVENT]}}}


def test_spans_lineage_and_events_come_with_their_times(serve, tmp_path):
    url = serve(answer).url
    stack = a_stack(
        tmp_path, endpoints=dict.fromkeys(("trace-store", "otlp-http", "lineage-store", "orchestrator"), url)
    )
    now = time.time()
    record = Record(scenario="s", feature="f", file="x", line=1, node="x::s", status="failed", begun=now, ended=now + 1)
    headers = {"traceparent": f"00-{TRACE}-{'b' * 16}-01"}
    asked = Exchange("POST", "http://x/graphql", 200, 1, f'{{"variables": {{"id": "{RUN}"}}}}', "", headers)
    add_stored(record, stack, [asked])
    assert record.notes == []
    (span,), (lineage,), (event,) = record.spans, record.lineage, record.orchestrator
    assert (span.service, span.begun, span.seconds, span.failed) == ("polaris", 1_790_000_000.0, 1.5, True)
    assert (lineage.of, lineage.bad, lineage.details) == ("stg_orders", True, "bronze.raw_orders → (nothing)")
    assert (event.at, event.bad) == (1_790_000_000.0, True)
    assert "no such column" in event.details
