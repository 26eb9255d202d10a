"""Spans over OTLP, one tracer a service; what cannot be sent is said aloud and never fails a run.

Endpoint, protocol and service name are the standard variables:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
PATIENCE = 3.0  # seconds for one delivery
_SCOPE = "demo.pipeline"
_W3C = TraceContextTextMapPropagator()


def parent(traceparent: str | None) -> Context:
    """Return the context that a W3C `traceparent` names; an absent or malformed one begins a trace of its own."""
    return _W3C.extract({"traceparent": traceparent or ""}, context=Context())


def traceparent_of(span: trace.Span) -> str | None:
    """Return the span's W3C `traceparent`, None when it is not recorded."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, context=trace.set_span_in_context(span, Context()))
    return carrier.get("traceparent")


class Telemetry:
    """The tracers of one run; `close` sends what is left and says what could not be sent."""

    def __init__(self, wanted: bool, attributes: Mapping[str, str], log: logging.Logger) -> None:
        self._attributes, self._log = attributes, log
        self._providers: list[TracerProvider] = []
        self._deliveries: list[Delivery] = []
        self._instrumentor: RequestsInstrumentor | None = None
        self._on = wanted and bool(os.environ.get(ENDPOINT))
        if wanted and not self._on:
            log.error(f"TRACES ARE LOST: platform.yaml asks for traces, but {ENDPOINT} is not set")

    def tracer(self, service: str) -> trace.Tracer:
        """Return a tracer whose spans carry the service's name; it records nothing when traces are off."""
        if not self._on:
            return trace.NoOpTracer()
        return self._provider(service).get_tracer(_SCOPE)

    def follow_requests(self, service: str, silent: str = "") -> None:
        """Let HTTP calls of `requests`, PyIceberg's among them, carry the trace; `silent` is a URL to leave out."""
        if self._on:
            self._instrumentor = RequestsInstrumentor()
            self._instrumentor.instrument(tracer_provider=self._provider(service), excluded_urls=silent)

    def close(self) -> None:
        """Send the spans that are left."""
        if self._instrumentor:
            self._instrumentor.uninstrument()
        for provider in self._providers:
            provider.shutdown()
        lost = sum(delivery.lost for delivery in self._deliveries)
        if lost:
            self._log.error(f"TRACES ARE LOST: {lost} spans did not reach {os.environ[ENDPOINT]}")

    def _provider(self, service: str) -> TracerProvider:
        provider = TracerProvider(resource=Resource.create({**self._attributes, "service.name": service}))
        delivery = Delivery(OTLPSpanExporter(timeout=PATIENCE))
        provider.add_span_processor(BatchSpanProcessor(delivery, schedule_delay_millis=500))
        self._providers.append(provider)
        self._deliveries.append(delivery)
        return provider


class Delivery(SpanExporter):
    """Counts the spans that the exporter could not deliver, and stops trying after the first failure."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.lost = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send the spans, or count them as lost."""
        if not self.lost and self._exporter.export(spans) is SpanExportResult.SUCCESS:
            return SpanExportResult.SUCCESS
        self.lost += len(spans)
        return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """End the exporter."""
        self._exporter.shutdown()
