"""What assets are given: the settings, the lake and the orchestrator. Imports wait until a run needs them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from demo.settings import Settings, read

if TYPE_CHECKING:
    from demo.lake import Lake
    from demo.pipeline.orchestrator import Orchestrator


@dg.resource
def settings() -> Settings:
    """What platform.yaml and the environment say."""
    return read()


@dg.resource(required_resource_keys={"settings"})
def lake(context: dg.InitResourceContext) -> Lake:
    """The Iceberg tables, by PyIceberg."""
    from demo.lake import Lake

    return Lake(context.resources.settings)


@dg.resource(required_resource_keys={"settings", "lake"})
def orchestrator(context: dg.InitResourceContext) -> Iterator[Orchestrator]:
    """Spans and lineage of this run; both are sent before the run's process ends."""
    from demo.pipeline.lineage import DagsterRun
    from demo.pipeline.orchestrator import observe

    run = context.run
    if run is None:
        raise dg.DagsterInvariantViolationError("the orchestrator observes runs, and there is none")
    trace = run.tags.get("traceparent") or os.environ.get("TRACEPARENT")
    log = context.log or dg.get_dagster_logger()
    with observe(
        context.resources.settings, context.resources.lake, DagsterRun(run.run_id, run.job_name), trace, log
    ) as observed:
        yield observed


RESOURCES = {"settings": settings, "lake": lake, "orchestrator": orchestrator}
