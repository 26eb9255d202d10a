"""The summary at the end of a run: what was proved, what was real and what stood in, how long each stage took."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.feature_files import FeatureFile
from fixtures.options import MARKERS
from fixtures.stack import STACK
from harness.stack import Stack

_REPORT = Path(".harness") / "report.json"
_STAGES = ("preflight", "load", "init", "bronze", "transform", "semantic", "traces", "lineage")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write each scenario's stage where the controller finds it."""
    for item in items:
        if isinstance(item.parent, FeatureFile):
            stages = [stage for stage in _STAGES if stage in MARKERS and item.get_closest_marker(stage)]
            item.user_properties.append(("stage", stages[0] if stages else "other"))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the summary, and write it as JSON."""
    reports = [
        report
        for key in ("passed", "failed", "error", "skipped")
        for report in terminalreporter.stats.get(key, [])
        if isinstance(report, pytest.TestReport) and dict(report.user_properties).get("stage")
    ]
    if not reports:
        return
    stack, stages = config.stash.get(STACK, None), _by_stage(reports)
    write = terminalreporter.write_line
    terminalreporter.section(f"platform under contract: {stack.environment if stack else 'nothing was started'}")
    for stage, figures in stages.items():
        write(
            f"  {stage:<10} {figures['passed']:>3} of {figures['scenarios']:>3} scenarios  {figures['seconds']:7.1f} s"
        )
    for name, seconds in (_results(stack) if stack else {}).items():
        write(f"  of which making the result of {name}: {seconds:.1f} s")
    roots = Counter(dict(r.user_properties).get("breach") for r in reports if r.failed)
    for root, count in roots.most_common():
        write(f"  broken: {root} ({count} scenario{'s' if count > 1 else ''})")
    for line in _parts(stack) if stack else ():
        write(line)
    write(f"  report     {_save(stack, stages, reports)}")


def _parts(stack: Stack) -> Iterator[str]:
    """Yield a line for each kind of workload, and one for the stack."""
    for kind in ("real", "stand-in", "external"):
        names = [
            w.name for w in stack.workloads if (w.kind == kind and w.pid is not None) or w.kind == kind == "external"
        ]
        if names:
            yield f"  {kind:<10} {', '.join(names)}"
    if stack.start_seconds is not None:
        yield f"  stack {stack.id}: stood up in {stack.start_seconds:.1f} s{', kept' if stack.keep else ''}"


def _by_stage(reports: list[pytest.TestReport]) -> dict[str, dict[str, Any]]:
    stages: dict[str, dict[str, Any]] = defaultdict(lambda: {"scenarios": 0, "passed": 0, "seconds": 0.0})
    for report in reports:
        figures = stages[str(dict(report.user_properties)["stage"])]
        figures["seconds"] += report.duration
        figures["scenarios"] += 1
        figures["passed"] += report.passed
    known = [stage for stage in (*_STAGES, "other") if stage in stages]
    return {stage: stages[stage] for stage in known}


def _results(stack: Stack) -> dict[str, float]:
    found = {}
    for file in sorted((stack.folder / "results").glob("*.json")):
        seconds = json.loads(file.read_text()).get("result", {}).get("seconds")
        if seconds is not None:
            found[file.stem] = float(seconds)
    return found


def _save(stack: Stack | None, stages: dict[str, dict[str, Any]], reports: list[pytest.TestReport]) -> Path:
    _REPORT.parent.mkdir(exist_ok=True)
    scenarios = [
        {
            "scenario": report.nodeid,
            "outcome": report.outcome,
            "seconds": round(report.duration, 3),
            **{key: value for key, value in report.user_properties if key in ("stage", "breach")},
            **({"told": str(report.longrepr)} if report.failed else {}),
        }
        for report in reports
    ]
    workloads = [
        w.model_dump(mode="json", include={"name", "component", "kind", "version", "ready_seconds"})
        for w in (stack.workloads if stack else ())
    ]
    content = {
        "environment": stack.environment if stack else None,
        "workloads": workloads,
        "stages": stages,
        "scenarios": scenarios,
    }
    _REPORT.write_text(json.dumps(content, indent=2, ensure_ascii=False))
    return _REPORT
