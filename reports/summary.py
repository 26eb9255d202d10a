"""The summary at the end of a run: what was proved, what was real and what stood in, how long each stage took."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.feature_files import FeatureFile
from fixtures.options import SETTINGS
from fixtures.stack import STACK
from fixtures.stage_order import stage_of
from fixtures.tags import tags_of
from harness.contracts.registry import Stage
from harness.stack import Stack

_OTHER = "other"  # scenarios without a stage's tag


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write each scenario's stage and tags where the controller finds them."""
    for item in items:
        if isinstance(item.parent, FeatureFile):
            item.user_properties.append(("stage", str(stage_of(item) or _OTHER)))  # str: a worker sends it as it is
            item.user_properties.append(("tags", tags_of(item)))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the summary."""
    reports = scenario_reports(terminalreporter)
    if not reports:
        return
    stack, stages = config.stash.get(STACK, None), by_stage(reports)
    write = terminalreporter.write_line
    terminalreporter.section(f"platform under contract: {stack.environment if stack else 'nothing was started'}")
    for stage, figures in stages.items():
        write(
            f"  {stage:<10} {figures['passed']:>3} of {figures['scenarios']:>3} scenarios  {figures['seconds']:7.1f} s"
        )
    for name, seconds in (stage_results(stack) if stack else {}).items():
        write(f"  of which making the result of {name}: {seconds:.1f} s")
    for line in _parts(stack) if stack else ():
        write(line)
    write(f"  results    {config.stash[SETTINGS].results}")


def _parts(stack: Stack) -> Iterator[str]:
    """Yield a line for each kind of workload, and one for the stack."""
    for kind in ("real", "stand-in", "external"):
        names = [w.name for w in stack.workloads if (w.kind == kind and w.runs_as) or w.kind == kind == "external"]
        if names:
            yield f"  {kind:<10} {', '.join(names)}"
    if stack.start_seconds is not None:
        yield f"  stack {stack.id}: stood up in {stack.start_seconds:.1f} s{', kept' if stack.keep else ''}"


def scenario_reports(terminalreporter: Any) -> list[pytest.TestReport]:
    """Return the reports that say what came of the scenarios."""
    return [
        report
        for key in ("passed", "failed", "error", "skipped")
        for report in terminalreporter.stats.get(key, [])
        if isinstance(report, pytest.TestReport) and dict(report.user_properties).get("stage")
    ]


def by_stage(reports: list[pytest.TestReport]) -> dict[str, dict[str, Any]]:
    """Return stage -> scenarios, passed, seconds; in the order of the stages."""
    stages: dict[str, dict[str, Any]] = defaultdict(lambda: {"scenarios": 0, "passed": 0, "seconds": 0.0})
    for report in reports:
        figures = stages[str(dict(report.user_properties)["stage"])]
        figures["seconds"] += report.duration
        figures["scenarios"] += 1
        figures["passed"] += report.passed
    known = [stage for stage in (*Stage, _OTHER) if stage in stages]
    return {stage: stages[stage] for stage in known}


def stage_results(stack: Stack) -> dict[str, float]:
    """Return stage -> seconds that making its result took."""
    found = {}
    for file in sorted((stack.folder / "results").glob("*.json")):
        seconds = json.loads(file.read_text()).get("result", {}).get("seconds")
        if seconds is not None:
            found[file.stem] = float(seconds)
    return found
