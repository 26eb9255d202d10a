"""What a scenario's report says of it: its status, its cause, and the root that explains it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pytest

from harness.diagnosis.verdict import Verdict, verdict_as_json
from harness.evidence import mask
from harness.run import Cause, Root, Scenario
from harness.run.fingerprint import fingerprint
from harness.run.model import Blame, Status

_SHOWN = 200  # characters


def roots_of(verdict: Verdict) -> tuple[Root, ...]:
    """Return the roots of a verdict as a run keeps them."""
    return tuple(_root(told) for told in verdict_as_json(verdict)["roots"] if told.get("contract"))


def root_behind(report: pytest.TestReport, verdict: Verdict) -> Root | None:
    """Return the root that explains a failed scenario; None where none does."""
    roots = roots_of(verdict)
    cause = _cause(report, dict(report.user_properties), roots, verdict.unreachable)
    return next((root for root in roots if root.fingerprint == cause.root), None)


def _root(told: Mapping[str, Any]) -> Root:
    known = {key: told.get(key) for key in Root.model_fields if told.get(key) is not None}
    return Root.model_validate(
        {**known, "fingerprint": fingerprint("contract", str(told["contract"]), told.get("subject"))}
    )


def scenario_of(report: pytest.TestReport, roots: Iterable[Root], unreachable: Collection[str] = ()) -> Scenario:
    """Return what came of a scenario, given the run's roots and the scenarios that could not reach what they broke."""
    told = dict(report.user_properties)
    cause = _cause(report, told, tuple(roots), unreachable) if report.failed else None
    return Scenario(
        scenario=report.nodeid,
        status=_status(report, cause),
        stage=str(told["stage"]),
        tags=tuple(_texts(told.get("tags"))),
        seconds=round(report.duration, 3),
        contracts=tuple(_texts(told.get("contracts"))),
        cause=cause,
        told=mask(str(report.longrepr)) if report.failed else "",
    )


def _status(report: pytest.TestReport, cause: Cause | None) -> Status:
    if cause is not None:
        return "failed" if cause.blame == "contract" else "broken"
    return "passed" if report.passed else "skipped"


def _cause(
    report: pytest.TestReport, told: Mapping[str, Any], roots: tuple[Root, ...], unreachable: Collection[str]
) -> Cause:
    """Return why a scenario failed: a contract is to blame where one broke, or where a dead system is a root itself."""
    breaches: Any = told.get("roots") or []
    words = _first_words(report)
    if breaches:
        first = breaches[0]
        return _of_contract(str(first["contract"]), first.get("subject"), report.nodeid, roots, words)
    if told.get("unreachable"):
        if report.nodeid in unreachable:
            root = roots[0]
            return Cause(
                blame="contract",
                contract=root.contract,
                root=root.fingerprint,
                fingerprint=root.fingerprint,
                told=words,
            )
        return Cause(blame="ENV", fingerprint=fingerprint("ENV", words), told=words)
    # A step's own assertion speaks of the platform, though it names no contract; any other error is the harness's.
    blame: Blame = "contract" if words.startswith(("AssertionError", "assert ")) else "HARNESS"
    return Cause(blame=blame, fingerprint=fingerprint(blame, words), told=words)


def _of_contract(id: str, subject: str | None, scenario: str, roots: tuple[Root, ...], words: str) -> Cause:
    behind = [root for root in roots if root.contract == id or root.found_by == scenario]
    behind += [root for root in roots if id in root.broke_with]
    same = [root for root in behind if root.subject == subject]
    root = next(iter(same or behind), None)
    own = fingerprint("contract", id, subject)
    named = root.fingerprint if root else None
    return Cause(blame="contract", contract=id, root=named, fingerprint=named or own, told=words)


def _first_words(report: pytest.TestReport) -> str:
    """Return the line that says what went wrong: the one after the step's place, or the last of a traceback."""
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = [line.strip() for line in str(crash.message if crash else report.longrepr).splitlines() if line.strip()]
    line = next((line for line in lines if not _is_place(line)), lines[0] if lines else "")
    return mask(line)[:_SHOWN]


def _is_place(line: str) -> bool:
    return ".feature:" in line.split(" ", 1)[0]


def _texts(values: Any) -> list[str]:
    return [str(value) for value in values or ()]
