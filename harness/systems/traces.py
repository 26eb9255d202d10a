"""The trace store's client: Jaeger's query API, and OTLP over HTTP for spans of the harness's own.

Spans go out as plain OTLP JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): one request, whose
failure is an error here, where an SDK would stay silent.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.systems.http import MakeClient, answer, plain_client
from harness.systems.trace_context import TraceContext

SERVICE = "floe-harness"


@dataclass(frozen=True)
class Span:
    """A span as the trace store keeps it; `begun` in seconds of the epoch."""

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    tags: Mapping[str, Any] = field(default_factory=dict)
    begun: float = 0.0
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the span says that its work failed."""
        return self.tags.get("error") is True or self.tags.get("otel.status_code") == "ERROR"

    def values(self, tag: str) -> list[str]:
        """Return the values of a tag that holds a list of texts: a JSON array, as the store shows one, or `a, b`."""
        text = str(self.tags.get(tag, ""))
        if text.startswith("["):
            return [str(item) for item in json.loads(text)]
        return [part for part in text.split(", ") if part]


def parse_trace(body: Mapping[str, Any]) -> list[Span]:
    """Return the spans of one trace in Jaeger's answer."""
    processes = body["processes"]
    return [
        Span(
            trace_id=row["traceID"],
            span_id=row["spanID"],
            parent_id=next((r["spanID"] for r in row["references"] if r["refType"] == "CHILD_OF"), None),
            service=processes[row["processID"]]["serviceName"],
            name=row["operationName"],
            tags={tag["key"]: tag["value"] for tag in row["tags"]},
            begun=row.get("startTime", 0) / 1e6,  # microseconds
            seconds=row.get("duration", 0) / 1e6,
        )
        for row in body["spans"]
    ]


class Traces:
    """Talks to the query API at `url` and to the OTLP receiver at `otlp`."""

    def __init__(self, url: str, otlp: str, *, make_client: MakeClient = plain_client) -> None:
        self._http = make_client(url)
        self._otlp = make_client(otlp)

    def services(self) -> list[str]:
        """Return the services that the store has spans of."""
        return sorted(answer(self._http.get("/api/services"))["data"] or [])

    def trace(self, trace_id: str) -> list[Span]:
        """Return the spans of a trace; an unknown trace has none."""
        body = answer(self._http.get(f"/api/traces/{trace_id}"), 200, 404)
        return [span for trace in body.get("data") or () for span in parse_trace(trace)]

    def emit(
        self,
        context: TraceContext,
        name: str,
        *,
        seconds: float = 0.0,
        attributes: Mapping[str, str] | None = None,
        service: str = SERVICE,
    ) -> None:
        """Send one span that ends now and lasted `seconds`; raises UnexpectedAnswer when it is not taken."""
        end = time.time_ns()
        span = {
            "traceId": context.trace_id,
            "spanId": context.span_id,
            **({"parentSpanId": context.parent_id} if context.parent_id else {}),
            "name": name,
            "kind": 1,  # internal
            "startTimeUnixNano": str(end - int(seconds * 1e9)),
            "endTimeUnixNano": str(end),
            "attributes": _attributes((attributes or {}).items()),
        }
        resource = {"attributes": _attributes([("service.name", service)])}
        scope = {"scope": {"name": SERVICE}, "spans": [span]}
        answer(self._otlp.post("/v1/traces", json={"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}))


def _attributes(pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in pairs]
