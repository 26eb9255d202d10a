"""Stage traces: a canary span comes back, and one trace tells the whole way of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from harness.contracts.breach import Breach
from harness.contracts.compare import all_there
from harness.contracts.probe import Probe
from harness.contracts.registry import Facts, Stage, contract
from harness.systems.trace_context import TraceContext
from harness.systems.traces import SERVICE, Span
from harness.wait import eventually

LIMIT = 20.0  # seconds that spans may take from their service to the store


@contract(
    "traces.canary",
    stage=Stage.TRACES,
    promise="A span that the harness sends comes back from the trace store.",
    requires=("trace-store.answers",),
    mend="check otlp_endpoint of platform.yaml, and that the trace store's receiver and query API are one server",
    writes=True,
)
def traces_canary(probe: Probe) -> Facts:
    context = TraceContext.fresh()
    probe.traces.emit(context, "canary", attributes={"canary": context.span_id})

    def back() -> None:
        ours = [span for span in probe.traces.trace(context.trace_id) if span.tags.get("canary") == context.span_id]
        if not ours or ours[0].service != SERVICE:
            raise Breach("the canary span did not come back", expected=context.span_id, actual="no such span")

    eventually(back, probe.within(LIMIT), Breach)
    return {"trace_id": context.trace_id}


@contract(
    "traces.services-observed",
    stage=Stage.TRACES,
    promise="Every service that platform.yaml calls observed has spans in the pipeline's trace.",
    requires=("traces.canary", "semantic.questions-answered"),
    mend="set OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_SERVICE_NAME on the workload, and hand the trace context on",
)
def traces_services_observed(probe: Probe) -> Facts:
    wanted = set(probe.platform.services.values())
    spans = _eventually(probe, lambda spans: all_there("services in the trace", wanted, {s.service for s in spans}))
    return {"services": sorted({span.service for span in spans}), "spans": len(spans)}


@contract(
    "traces.parents-exist",
    stage=Stage.TRACES,
    promise="Each span's parent is in the trace, so that it is one tree.",
    requires=("traces.services-observed",),
    mend="hand on the context of a span that is exported: a span that never ends is never sent",
)
def traces_parents_exist(probe: Probe) -> Facts:
    return {"spans": len(_eventually(probe, one_tree))}


@contract(
    "traces.no-error",
    stage=Stage.TRACES,
    promise="No span of the pipeline's trace says that its work failed.",
    requires=("traces.canary", "semantic.questions-answered"),
    mend="read the span's events: they carry the error",
)
def traces_no_error(probe: Probe) -> Facts:
    spans = _eventually(probe, lambda spans: None)
    failed = [f"{span.service}: {span.name} {_status(span)}" for span in spans if span.failed]
    if failed:
        raise Breach("spans say that their work failed", expected="none", actual="\n".join(sorted(set(failed))))
    return {"spans": len(spans)}


@contract(
    "traces.tables-named",
    stage=Stage.TRACES,
    promise="The spans of each service name the tables that it touched.",
    requires=("traces.services-observed",),
    mend="set the attribute `lake.table` on the span that touches a table",
)
def traces_tables_named(probe: Probe) -> Facts:
    services, wanted = probe.platform.services, tables_of_components(probe)

    def named(spans: list[Span]) -> None:
        for component, tables in wanted.items():
            if component in services:
                touched = tables_of(span for span in spans if span.service == services[component])
                all_there(f"tables in the spans of {services[component]}", tables, touched)

    _eventually(probe, named)
    return {component: sorted(tables) for component, tables in wanted.items()}


def tables_of(spans: Iterable[Span]) -> set[str]:
    """Return the tables that spans name, as `<namespace>.<table>`."""
    return {table for span in spans for tag in ("lake.table", "lake.inputs") for table in span.values(tag)}


def one_tree(spans: list[Span]) -> None:
    """Raise Breach when a span's parent is not among the spans, or when there is not exactly one root."""
    ids = {span.span_id for span in spans}
    orphans = [f"{s.service}: {s.name} (parent {s.parent_id})" for s in spans if s.parent_id and s.parent_id not in ids]
    if orphans:
        raise Breach("spans have a parent that is not in the trace", expected="none", actual="\n".join(orphans[:10]))
    roots = [f"{span.service}: {span.name}" for span in spans if span.parent_id is None]
    if len(roots) != 1:
        raise Breach("the trace is not one tree", expected="one root", actual=", ".join(sorted(roots)) or "no span")


def tables_of_components(probe: Probe) -> Mapping[str, set[str]]:
    """Return component -> the tables that it touches: it writes the raw ones, builds the others, answers from some."""
    expected = probe.expectations
    asked = {table for question in expected.semantic.questions.values() for table in question.tables}
    by_component = {
        "orchestrator": set(expected.raw),
        "transform": set(expected.derived),
        "catalog": set(expected.tables),
        "semantic-layer": asked,
    }
    return {
        component: {f"{probe.namespaces[expected.tables[name].layer]}.{name}" for name in names}
        for component, names in by_component.items()
    }


def _eventually(probe: Probe, holds: Callable[[list[Span]], object]) -> list[Span]:
    """Read the pipeline's trace until `holds` raises no Breach; spans arrive late."""
    trace_id = probe.result("semantic")["trace_id"]

    def read() -> list[Span]:
        spans = probe.traces.trace(trace_id)
        if not spans:
            raise Breach("the trace store has no span of the trace", expected=f"trace {trace_id}", actual="no span")
        holds(spans)
        return spans

    return probe.eventually(read, LIMIT, after="semantic")


def _status(span: Span) -> str:
    shown = (
        "http.method",
        "http.request.method",
        "http.url",
        "url.full",
        "http.status_code",
        "otel.status_description",
    )
    return " ".join(str(span.tags[key]) for key in shown if key in span.tags)
