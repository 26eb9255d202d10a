"""The platform's own observability: every asset's run is a span and a lineage run, by one context manager."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from openlineage.client.event_v2 import RunState
from opentelemetry import trace
from opentelemetry.context import Context

from demo.lake import Lake
from demo.pipeline.lineage import NAMESPACE, URL, DagsterRun, Emitter, Events
from demo.pipeline.telemetry import Telemetry, parent
from demo.settings import Settings

Attributes = Mapping[str, str | int | Sequence[str]]


class Orchestrator:
    """Observes one Dagster run; use `observe`, which also ends it."""

    def __init__(
        self, tracer: trace.Tracer, dbt: trace.Tracer, run: trace.Span, events: Events, emitter: Emitter
    ) -> None:
        self._tracer, self._events, self._emitter = tracer, events, emitter
        self._run = trace.set_span_in_context(run)
        self.dbt = dbt  # tracer of dbt, which is a service of its own

    @property
    def context(self) -> Context:
        """The context of the whole run, for what runs in other threads."""
        return self._run

    @contextmanager
    def asset_run(
        self,
        name: str,
        outputs: Sequence[str] = (),
        attributes: Attributes | None = None,
        inputs: Sequence[str] = (),
    ) -> Iterator[trace.Span]:
        """Observe the run of one asset: span `asset <name>`, lineage START and then COMPLETE, FAIL or ABORT.

        `outputs` and `inputs` are tables, `<namespace>.<table>`; `attributes` are added to the span.
        """
        described = table_attributes(inputs, outputs) | dict(attributes or {})
        with self._tracer.start_as_current_span(f"asset {name}", context=self._run, attributes=described) as span:
            self._emitter.emit(name, lambda: self._events.event(RunState.START, name, inputs, outputs))
            try:
                yield span
            except BaseException as error:
                # Dagster interrupts a run that somebody ends by an exception that is no Exception.
                state = RunState.FAIL if isinstance(error, Exception) else RunState.ABORT
                reason = f"{type(error).__name__}: {error}"
                self._emitter.emit(name, lambda: self._events.event(state, name, inputs, outputs, reason))
                raise
            self._emitter.emit(name, lambda: self._events.event(RunState.COMPLETE, name, inputs, outputs))


def table_attributes(inputs: Sequence[str], outputs: Sequence[str]) -> dict[str, str | int | Sequence[str]]:
    """Return the span attributes that name the tables touched."""
    written: dict[str, str | int | Sequence[str]] = {"lake.table": ", ".join(outputs)} if outputs else {}
    return written | ({"lake.inputs": list(inputs)} if inputs else {})


@contextmanager
def observe(
    settings: Settings, lake: Lake, run: DagsterRun, traceparent: str | None, log: logging.Logger
) -> Iterator[Orchestrator]:
    """Observe a Dagster run under the trace that its tag `traceparent` names, and send everything before it ends."""
    telemetry = Telemetry(settings.traces, settings.attributes, log)
    service = os.environ.get("OTEL_SERVICE_NAME") or settings.services.get("orchestrator", "floe-dagster")
    tracer = telemetry.tracer(service)
    telemetry.follow_requests(service, silent=os.environ.get(URL, ""))
    events = Events(
        run=run,
        namespace=os.environ.get(NAMESPACE) or settings.lineage_namespace,
        lake=f"polaris://{settings.catalog.warehouse}",
        fields=_Remembered(lake),
    )
    identity = {"dagster.run_id": run.id, "dagster.job": run.job}
    try:
        with tracer.start_as_current_span(f"run {run.job}", context=parent(traceparent), attributes=identity) as span:
            dbt = telemetry.tracer(settings.services.get("transform", "floe-dbt"))
            yield Orchestrator(tracer, dbt, span, events, Emitter(settings.lineage, log))
    finally:
        telemetry.close()


class _Remembered:
    """The columns of tables; those of an input are asked for once a run."""

    def __init__(self, lake: Lake) -> None:
        self._lake, self._known, self._lock = lake, dict[str, list[tuple[str, str]]](), threading.Lock()

    def __call__(self, table: str) -> list[tuple[str, str]]:
        with self._lock:
            if table not in self._known:
                self._known[table] = self._lake.fields(table)
            return self._known[table]
