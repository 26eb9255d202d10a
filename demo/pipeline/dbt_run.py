"""`dbt build` in this process: each model is observed as an asset and as a span of the service dbt while it runs.

Events of dbt: https://docs.getdbt.com/reference/programmatic-invocations
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from dbt.cli.main import dbtRunner
from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.context import Context

from demo.pipeline.dbt_manifest import arguments, parsed
from demo.pipeline.duckdb_lake import TRACEPARENT
from demo.pipeline.orchestrator import Orchestrator, table_attributes
from demo.pipeline.telemetry import traceparent_of
from demo.settings import Settings

Manifest = Mapping[str, Any]


class DbtError(Exception):
    """dbt could not run, or a node of it failed; the message names the nodes."""


@dataclass(frozen=True)
class Finished:
    """One node of dbt that has run."""

    node: Mapping[str, Any]  # of the manifest
    passed: bool
    table: str
    seconds: float
    message: str


def build(
    settings: Settings,
    orchestrator: Orchestrator,
    manifest: Manifest,
    models: Sequence[str],
    report: Callable[[Finished], None],
) -> None:
    """Build the models and run their tests; `report` is called from dbt's threads as nodes end. Raises DbtError."""
    folder = parsed(settings)
    with ExitStack() as stack:
        stack.callback(otel.detach, otel.attach(orchestrator.context))
        span = stack.enter_context(orchestrator.dbt.start_as_current_span("dbt build"))
        target = stack.enter_context(tempfile.TemporaryDirectory(prefix="dbt-"))
        if traceparent := traceparent_of(span):
            os.environ[TRACEPARENT] = traceparent
            stack.callback(os.environ.pop, TRACEPARENT)
        nodes = _Nodes(orchestrator, manifest, report, otel.get_current())
        done = dbtRunner(callbacks=[nodes.hear]).invoke(
            [
                *("--no-use-colors", "--log-level-file", "none", "build", *arguments(settings)),
                *("--select", *sorted(models)),
                *("--partial-parse-file-path", str(folder / "partial_parse.msgpack"), "--target-path", target),
            ]
        )
        if not done.success:
            raise DbtError("; ".join(nodes.failed) or f"dbt build failed: {done.exception}")


class _Nodes:
    """Hears dbt's events, in the thread of each node: opens what observes it, and closes that when it ends."""

    def __init__(
        self, orchestrator: Orchestrator, manifest: Manifest, report: Callable[[Finished], None], context: Context
    ) -> None:
        self._orchestrator, self._manifest, self._report = orchestrator, manifest, report
        self._context = context  # of the whole build: a thread of dbt's knows nothing of it
        self._open: dict[str, ExitStack] = {}
        self.failed: list[str] = []

    def hear(self, event: Any) -> None:
        """Take one event of dbt; those that are not about nodes say nothing here."""
        if event.info.name == "NodeStart":
            self._start(event.data.node_info.unique_id)
        elif event.info.name == "NodeFinished":
            self._finish(event.data.node_info.unique_id, event.data.run_result)

    def _start(self, unique_id: str) -> None:
        node = self._manifest["nodes"][unique_id]
        stack = self._open[unique_id] = ExitStack()
        inputs = [table_of(self._manifest, parent) for parent in node["depends_on"]["nodes"]]
        outputs: list[str] = []
        context = self._context
        if node["resource_type"] == "model":
            outputs = [table_of(self._manifest, unique_id)]
            layer = {"lake.layer": node["config"]["schema"]}
            asset = stack.enter_context(
                self._orchestrator.asset_run(node["name"], outputs=outputs, attributes=layer, inputs=inputs)
            )
            context = trace.set_span_in_context(asset)
        described = table_attributes(inputs, outputs)
        stack.enter_context(
            self._orchestrator.dbt.start_as_current_span(f"dbt {node['name']}", context=context, attributes=described)
        )

    def _finish(self, unique_id: str, result: Any) -> None:
        node = self._manifest["nodes"][unique_id]
        if result.status == "skipped":  # because of another node, which says so itself
            return
        passed = result.status in ("success", "pass", "warn")
        error = None if passed else DbtError(f"{node['resource_type']} {node['name']}: {result.message}")
        if error:
            self.failed.append(str(error))
        if stack := self._open.pop(unique_id, None):
            stack.__exit__(type(error) if error else None, error, None)
        table = table_of(self._manifest, unique_id)
        self._report(Finished(node, passed, table, result.execution_time, result.message))


def table_of(manifest: Manifest, unique_id: str) -> str:
    """Return `<namespace>.<table>` of a model or a source."""
    node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
    return f"{node['schema']}.{node.get('identifier') or node['alias']}"
