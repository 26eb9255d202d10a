"""The summary at the end of a run: what was proved, what was real and what stood in, how long each stage took."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.feature_files import FeatureFile
from fixtures.stack import STACK
from fixtures.stage_order import stage_of
from harness.contracts.registry import Stage
from harness.diagnosis.verdict import Verdict, verdict_as_json
from harness.stack import Stack
from reports.roots import VERDICT

_REPORT = Path(".harness") / "report.json"
_OTHER = "other"  # scenarios without a stage's tag


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write each scenario's stage where the controller finds it."""
    for item in items:
        if isinstance(item.parent, FeatureFile):
            item.user_properties.append(("stage", str(stage_of(item) or _OTHER)))  # str: a worker sends it as it is


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
    for line in _parts(stack) if stack else ():
        write(line)
    write(f"  report     {_save(stack, stages, reports, config.stash.get(VERDICT, None))}")


def _parts(stack: Stack) -> Iterator[str]:
    """Yield a line for each kind of workload, and one for the stack."""
    for kind in ("real", "stand-in", "external"):
        names = [w.name for w in stack.workloads if (w.kind == kind and w.runs_as) or w.kind == kind == "external"]
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
    known = [stage for stage in (*Stage, _OTHER) if stage in stages]
    return {stage: stages[stage] for stage in known}


def _results(stack: Stack) -> dict[str, float]:
    found = {}
    for file in sorted((stack.folder / "results").glob("*.json")):
        seconds = json.loads(file.read_text()).get("result", {}).get("seconds")
        if seconds is not None:
            found[file.stem] = float(seconds)
    return found


def _save(
    stack: Stack | None, stages: dict[str, dict[str, Any]], reports: list[pytest.TestReport], verdict: Verdict | None
) -> Path:
    _REPORT.parent.mkdir(exist_ok=True)
    scenarios = [
        {
            "scenario": report.nodeid,
            "outcome": report.outcome,
            "seconds": round(report.duration, 3),
            **{key: value for key, value in report.user_properties if key in ("stage", "breach", "contracts", "fault")},
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
        "contracts": _by_contract(reports),
        **(verdict_as_json(verdict) if verdict else {"roots": []}),
    }
    _REPORT.write_text(json.dumps(content, indent=2, ensure_ascii=False))
    return _REPORT


def _by_contract(reports: list[pytest.TestReport]) -> dict[str, list[str]]:
    """Return contract -> the scenarios that checked it."""
    found: dict[str, list[str]] = defaultdict(list)
    for report in reports:
        checked: Any = dict(report.user_properties).get("contracts") or []
        for id in checked:
            found[id].append(report.nodeid)
    return dict(sorted(found.items()))
