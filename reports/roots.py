"""The end of a run that failed: not what failed, but why; found by a diagnosis before the stack is taken down."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from fixtures.stack import STACK
from harness.contracts.registry import all_contracts
from harness.diagnosis import Diagnosis
from harness.diagnosis.live import diagnose
from harness.diagnosis.verdict import Failure, Verdict, judge, verdict_as_text

VERDICT = pytest.StashKey[Verdict]()


@pytest.hookimpl(wrapper=True, tryfirst=True)  # the outermost: what it prints comes after pytest's own list of failures
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Generator[None, object, object]:
    """Diagnose a run of scenarios that failed, before anything is told, and tell the roots after everything else."""
    failures = [_failure(report) for report in _failed(terminalreporter)]
    if failures:
        config.stash[VERDICT] = judge(failures, _diagnosis(terminalreporter, config), all_contracts())
    result = yield
    if failures:
        terminalreporter.section("root causes")
        for line in verdict_as_text(config.stash[VERDICT]).splitlines():
            terminalreporter.write_line(line)
    return result


def _failed(terminalreporter: Any) -> list[pytest.TestReport]:
    return [
        report
        for key in ("failed", "error")
        for report in terminalreporter.stats.get(key, [])
        if isinstance(report, pytest.TestReport) and dict(report.user_properties).get("stage")
    ]


def _failure(report: pytest.TestReport) -> Failure:
    told = dict(report.user_properties)
    roots: Any = told.get("roots") or []
    contract = roots[0]["contract"] if roots else None
    return Failure(report.nodeid, contract, roots[0] if roots else None, bool(told.get("unreachable")))


def _diagnosis(terminalreporter: Any, config: pytest.Config) -> Diagnosis:
    """Return the diagnosis of the run's stack; an empty one where there is none, or where it fails itself."""
    if STACK not in config.stash:
        return Diagnosis(())
    try:
        return diagnose(config.stash[STACK])
    except Exception as error:  # the run is to be told all the same, and why this part of it is missing
        terminalreporter.write_line(f"the diagnosis itself failed: {type(error).__name__}: {error}")
        return Diagnosis(())
