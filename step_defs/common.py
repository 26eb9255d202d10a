"""Steps that several stages share: what has run before."""

from __future__ import annotations

from pytest_bdd import given, parsers, when

from harness.contracts import Probe, check
from harness.errors import UsageError

STAGE_OF_JOB = {"load_job": "bronze", "pipeline_job": "transform"}


@given(parsers.parse('"{job}" has run'))
@when(parsers.parse('"{job}" has run'))
def job_has_run(probe: Probe, job: str) -> None:
    declared = probe.expectations.orchestrator
    stages = {getattr(declared, role): stage for role, stage in STAGE_OF_JOB.items()}
    if job not in stages:
        raise UsageError(f"no stage runs the job {job!r}", expected=f"one of {', '.join(stages)}")
    check(probe, f"{stages[job]}.run-succeeds")


@given("the semantic layer has answered every question")
@given("the pipeline has run and the semantic layer has answered, in one trace")
def semantic_layer_has_answered(probe: Probe) -> None:
    check(probe, "semantic.questions-answered")
