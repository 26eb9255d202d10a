"""Stage results: what a scenario needs of earlier stages, made on demand, once for a stack.

Each maker takes the Probe and returns a JSON-able mapping; `ended` is when it was made, in seconds of the epoch. All
work of the pipeline is one trace: its root span is the harness's own, the orchestrator's run and the semantic layer's
queries hang below it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import httpx
from filelock import FileLock

from harness.contracts.breach import NotEvaluated
from harness.liveness import why_wait_no_longer
from harness.stack import Stack
from harness.systems.http import UnexpectedAnswer
from harness.systems.trace_context import TraceContext

if TYPE_CHECKING:
    from harness.contracts.probe import Probe

Result = Mapping[str, Any]
Work = Literal["bronze", "bronze-again", "transform", "semantic", "manifest"]  # the keys of STAGES

RUN_LIMIT = 300.0  # seconds that a run of the orchestrator may take, its place in the queue included
ANSWER_LIMIT = 60.0  # seconds until the semantic layer has answered


def make_bronze(probe: Probe) -> Result:
    """Run the job that loads the raw tables."""
    return _run(probe, probe.expectations.orchestrator.load_job)


def make_bronze_again(probe: Probe) -> Result:
    """Run the job that loads the raw tables once more."""
    probe.result("bronze")
    return _run(probe, probe.expectations.orchestrator.load_job)


def make_transform(probe: Probe) -> Result:
    """Run the job that makes all tables."""
    probe.result("bronze")
    return _run(probe, probe.expectations.orchestrator.pipeline_job)


def make_semantic(probe: Probe) -> Result:
    """Ask the semantic layer every declared question, in the trace of the transform run."""
    transform = probe.result("transform")
    root = TraceContext.parse(transform["traceparent"])
    rows: dict[str, int] = {}
    for title, question in probe.expectations.semantic.questions.items():
        span, started = root.child(), time.monotonic()
        rows[title] = len(probe.cube.load(question.query, traceparent=span.traceparent, limit=ANSWER_LIMIT))
        _tell(probe, span, f"ask {title}", seconds=time.monotonic() - started)
    return {"trace_id": root.trace_id, "run_id": transform["run_id"], "rows": rows, "ended": time.time()}


def make_manifest(probe: Probe) -> Result:
    """Parse the dbt project, and return its models' edges."""
    from harness.systems.dbt import manifest_edges

    return {"edges": sorted(manifest_edges(probe.dbt.manifest()))}


STAGES: Mapping[str, Callable[[Probe], Result]] = {
    "bronze": make_bronze,
    "bronze-again": make_bronze_again,
    "transform": make_transform,
    "semantic": make_semantic,
    "manifest": make_manifest,
}


def pipeline_lock(stack: Stack) -> FileLock:
    """Return the lock under which runs of the pipeline go one after the other: two at once would write one table."""
    return FileLock(Path(stack.folder) / "pipeline.lock")


def _run(probe: Probe, job: str) -> Result:
    if probe.stack.read_only:
        raise NotEvaluated(f"{job} is not run: the platform is only read")
    root, started = TraceContext.fresh(), time.monotonic()
    with pipeline_lock(probe.stack):
        run_id = probe.dagster.launch(job, {"traceparent": root.traceparent})
        probe.dagster.wait(run_id, RUN_LIMIT, alive=lambda: why_wait_no_longer(probe.stack))
    seconds = time.monotonic() - started
    _tell(probe, root, f"run {job}", seconds=seconds)
    return {
        "run_id": run_id,
        "trace_id": root.trace_id,
        "traceparent": root.traceparent,
        "seconds": round(seconds, 2),
        "ended": time.time(),
    }


def _tell(probe: Probe, context: TraceContext, name: str, *, seconds: float) -> None:
    """Send a span of the harness's own; a trace store that does not take it fails no stage but its own."""
    with suppress(httpx.HTTPError, UnexpectedAnswer):
        probe.traces.emit(context, name, seconds=seconds)
