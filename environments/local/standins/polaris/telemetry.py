"""OpenTelemetry spans of the requests, in the trace that the caller sends; only when an endpoint is set.

The real server does so through Quarkus when that is switched on.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp


def traced(app: ASGIApp) -> tuple[ASGIApp, Callable[[], None]]:
    """Return the application with its spans, and what sends the last of them at the end.

    A span carries `lake.table` (`<namespace>.<table>`) where the route names a table. Without
    OTEL_EXPORTER_OTLP_ENDPOINT nothing is imported and the application is returned as it is.
    """
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return app, lambda: None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME") or "polaris"})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), schedule_delay_millis=500))

    def name_table(span: Any, scope: dict[str, Any]) -> None:
        table = table_of(scope.get("raw_path", b"").decode("latin-1"))
        if table and span.is_recording():
            span.set_attribute("lake.table", table)

    spans = OpenTelemetryMiddleware(
        app, tracer_provider=provider, server_request_hook=name_table, exclude_spans=["send", "receive"]
    )
    return spans, provider.shutdown


def table_of(path: str) -> str | None:
    """Return `<namespace>.<table>` of a path that names a table, else None."""
    segments = [segment for segment in path.split("/") if segment]
    if segments[:3] != ["api", "catalog", "v1"] or len(segments) < 8 or segments[6] != "tables":
        return None
    namespace = unquote(segments[5]).replace("\x1f", ".")
    return f"{namespace}.{unquote(segments[7])}"
