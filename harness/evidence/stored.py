"""What the platform itself has stored about a scenario: spans, lineage events, events of the orchestrator's runs.

It is asked after a failure, of systems of which any may be the one that is broken: each is given little time, and what
cannot be had is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from harness.errors import HarnessError
from harness.evidence.exchanges import Exchange
from harness.evidence.record import EventRecord, Record, SpanRecord
from harness.stack import LINEAGE_STORE, ORCHESTRATOR, OTLP_HTTP, TRACE_STORE, Stack

_PATIENCE = 2.0  # seconds for an answer
_TRACES = 5
_RUNS = 3
_SPANS = 500
_EVENTS = 200  # of each kind
_VALUE = 300  # characters of a tag
_DETAILS = 2_000  # characters of an event
_TRACE_ID = re.compile(r"\b00-([0-9a-f]{32})-[0-9a-f]{16}-|/api/traces/([0-9a-f]{32})")
_RUN_ID = re.compile(r'"(?:runId|id|run_id)"\s*:\s*"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')


def add_stored(record: Record, stack: Stack, exchanges: Iterable[Exchange]) -> None:
    """Add to a record what the stack's systems have stored of what the scenario touched."""
    texts = [text for each in exchanges for text in (each.url, each.request, *each.request_headers.values())]
    kept = list(_stage_results(stack))
    traces = _several(
        [*(result.get("trace_id") for result in kept), *(a or b for text in texts for a, b in _TRACE_ID.findall(text))]
    )
    runs = _several([*(result.get("run_id") for result in kept), *(id for t in texts for id in _RUN_ID.findall(t))])
    _ask(record, "spans", stack, TRACE_STORE, lambda: record.spans.extend(_spans(stack, traces[-_TRACES:])))
    _ask(record, "lineage events", stack, LINEAGE_STORE, lambda: record.lineage.extend(_lineage(stack, record)))
    _ask(record, "the orchestrator's events", stack, ORCHESTRATOR, lambda: _runs(record, stack, runs[-_RUNS:]))


def _ask(record: Record, what: str, stack: Stack, system: str, add: Callable[[], object]) -> None:
    if system not in stack.endpoints:
        return
    try:
        add()
    except (HarnessError, httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        record.notes.append(f"{what} could not be had from {system}: {str(error).splitlines()[0]}")


def _client(base_url: str, *, timeout: float = _PATIENCE) -> httpx.Client:
    return httpx.Client(base_url=base_url, timeout=_PATIENCE, trust_env=False)


def _several(ids: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(id for id in ids if id))


def _stage_results(stack: Stack) -> Iterable[Mapping[str, Any]]:
    for file in sorted((stack.folder / "results").glob("*.json")):
        try:
            yield json.loads(file.read_text()).get("result") or {}
        except (OSError, ValueError, AttributeError):
            continue


def _spans(stack: Stack, traces: Iterable[str]) -> list[SpanRecord]:
    from harness.systems.traces import Traces

    store = Traces(stack.endpoints[TRACE_STORE], stack.endpoints.get(OTLP_HTTP, ""), make_client=_client)
    found = [span for id in traces for span in store.trace(id)]
    return [
        SpanRecord(
            trace_id=span.trace_id,
            span_id=span.span_id,
            parent_id=span.parent_id,
            service=span.service,
            name=span.name,
            begun=span.begun,
            seconds=span.seconds,
            failed=span.failed,
            tags={key: str(value)[:_VALUE] for key, value in span.tags.items()},
        )
        for span in sorted(found, key=lambda span: span.begun)[-_SPANS:]
    ]


def _lineage(stack: Stack, record: Record) -> list[EventRecord]:
    from harness.systems.lineage import Lineage

    after, before = (datetime.fromtimestamp(at, UTC) for at in (record.begun - 1, record.ended + 1))
    events = Lineage(stack.endpoints[LINEAGE_STORE], make_client=_client).events(after, before, _EVENTS)
    return [
        EventRecord(
            at=datetime.fromisoformat(str(event["eventTime"]).replace("Z", "+00:00")).timestamp(),
            title=str(event.get("eventType") or "event"),
            of=str(event["job"]["name"]),
            bad=event.get("eventType") in ("FAIL", "ABORT"),
            details=_flow(event),
        )
        for event in events
    ]


def _flow(event: Mapping[str, Any]) -> str:
    sides = [", ".join(str(one.get("name")) for one in event.get(side) or ()) for side in ("inputs", "outputs")]
    return f"{sides[0] or '(nothing)'} → {sides[1] or '(nothing)'}"


def _runs(record: Record, stack: Stack, runs: Iterable[str]) -> None:
    from harness.systems.dagster import Dagster, DagsterFault

    dagster = Dagster(stack.endpoints[ORCHESTRATOR], location="", make_client=_client)
    for run in runs:
        try:
            events = dagster.events(run)
        except DagsterFault:  # an id of something else
            continue
        for event in events[-_EVENTS:]:
            if "message" not in event:
                continue
            record.orchestrator.append(
                EventRecord(
                    at=int(event["timestamp"]) / 1000 if event.get("timestamp") else None,
                    title=" ".join(str(part) for part in (event.get("eventType"), event.get("stepKey")) if part),
                    of=f"run {run[:8]}",
                    bad=event.get("level") in ("ERROR", "CRITICAL") or bool(event.get("error")),
                    details=_details(event),
                )
            )


def _details(event: Mapping[str, Any]) -> str:
    error = event.get("error") or {}
    return "\n".join(str(part) for part in (event.get("message"), error.get("message")) if part)[:_DETAILS]
