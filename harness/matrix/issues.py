"""One issue for one root cause: found again by its fingerprint, not opened for every scenario that shows it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError
from harness.signoff.merge import Merged

LABEL = "root-cause"
_MARK = re.compile(r"<!-- root-cause ([0-9a-f]{12}) -->")
_SHOWN = 20  # scenarios by name
_LIMIT = 60  # seconds for one call

Gh = Callable[[list[str]], str]


@dataclass(frozen=True)
class Finding:
    """A cause of this night: its fingerprint, and the issue that is to be open for it."""

    fingerprint: str
    title: str
    body: str


@dataclass(frozen=True)
class Step:
    """What is to be done: `number` is the issue that is open for it already, None: one is opened."""

    finding: Finding
    number: int | None

    @property
    def command(self) -> list[str]:
        """What `gh` is called with."""
        if self.number is None:
            return [
                *("issue", "create", "--label", LABEL),
                *("--title", self.finding.title, "--body", self.finding.body),
            ]
        return ["issue", "comment", str(self.number), "--body", self.finding.body]


def findings(merged: Merged) -> list[Finding]:
    """Return each cause once, by fingerprint: roots, and failures that no root explains."""
    found: dict[str, Finding] = {}
    for root in merged.roots:
        shown = _shown(merged, lambda cause, print_=root.fingerprint: cause.root == print_)
        facts = {"subject": root.subject, "expected": root.expected, "actual": root.actual, "mend": root.mend}
        title = f"{root.contract} is broken" + (f": {root.subject}" if root.subject else "")
        found[root.fingerprint] = _finding(root.fingerprint, title, {"stage": root.stage, **facts}, shown)
    for one in merged.results:
        cause = one.scenario.cause
        if cause is None or one.proves or cause.root or cause.fingerprint in found:
            continue
        shown = _shown(merged, lambda other, print_=cause.fingerprint: other.fingerprint == print_)
        title = f"{cause.contract} is broken" if cause.contract else f"{cause.blame}: {cause.told}"
        found[cause.fingerprint] = _finding(cause.fingerprint, title, {"told": cause.told}, shown)
    for place, cause in merged.failures:
        facts = {"told": cause.told, "where": place}
        found.setdefault(
            cause.fingerprint,
            _finding(cause.fingerprint, f"{cause.blame}: {cause.told}", facts, [f"{place}: nothing ran"]),
        )
    return [found[key] for key in sorted(found)]


def plan(found: Iterable[Finding], known: Iterable[Mapping[str, Any]]) -> list[Step]:
    """Return what is to be done, given the open issues as `gh issue list --json number,body` tells them."""
    numbers: dict[str, int] = {}
    for issue in known:
        for print_ in _MARK.findall(str(issue.get("body") or "")):
            numbers.setdefault(print_, int(issue["number"]))
    return [Step(each, numbers.get(each.fingerprint)) for each in found]


def open_issues(gh: Gh) -> list[dict[str, Any]]:
    """Return the issues that are open for root causes."""
    told = gh(["issue", "list", "--label", LABEL, "--state", "open", "--limit", "1000", "--json", "number,body"])
    try:
        return list(json.loads(told))
    except ValueError:
        raise UsageError("gh did not answer in JSON", actual=told[:200]) from None


def call_gh(arguments: list[str]) -> str:
    """Call GitHub's command line; raises UsageError where it is not there, or refuses."""
    try:
        done = subprocess.run(["gh", *arguments], capture_output=True, text=True, timeout=_LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError("gh cannot be called", actual=str(error), next_step="https://cli.github.com") from None
    if done.returncode:
        raise UsageError(f"gh {arguments[0]} {arguments[1]} failed", actual=done.stderr.strip()[:500])
    return done.stdout


def _shown(merged: Merged, by: Callable[..., bool]) -> list[str]:
    shown = [one for one in merged.results if one.scenario.cause and not one.proves and by(one.scenario.cause)]
    return sorted({f"{one.place}: {one.scenario.scenario}" for one in shown})


def _finding(print_: str, title: str, facts: Mapping[str, str | None], shown: list[str]) -> Finding:
    lines = [f"- **{label}**: {_plain(value)}" for label, value in facts.items() if value]
    lines += ["", f"Shown by {len(shown)}:", "", *(f"- {_plain(name)}" for name in shown[:_SHOWN])]
    if len(shown) > _SHOWN:
        lines.append(f"- and {len(shown) - _SHOWN} more")
    return Finding(print_, _plain(title)[:200], "\n".join([*lines, "", f"<!-- root-cause {print_} -->"]))


def _plain(text: str) -> str:
    """Return a text in which nothing mentions anybody, and nothing passes for the mark of another cause."""
    return " ".join(text.split()).replace("@", "@\u200b").replace("<!--", "<! --")
