"""What a run's failures come from: the roots that a diagnosis finds, and what it does not explain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.contracts.registry import Contract
from harness.diagnosis.evaluate import Diagnosis, Outcome
from harness.diagnosis.report import as_json, as_text, breach_as_json, undecided


@dataclass(frozen=True)
class Failure:
    """A failed scenario, and the contract that it found broken; none where it failed in another way.

    `root`: the breach as machines are told it. `unreachable`: it failed since a system could not be reached.
    """

    scenario: str
    contract: str | None = None
    root: Mapping[str, Any] | None = None
    unreachable: bool = False


@dataclass(frozen=True)
class Verdict:
    """The roots of a run's failures.

    `found`: those that only a scenario found, the diagnosis could not evaluate them again. `unexplained`: failures
    that no root explains; their contracts hold now, or they broke none. `unreachable`: scenarios that failed since a
    system could not be reached, which the diagnosis's first root explains.
    """

    diagnosis: Diagnosis
    found: tuple[Failure, ...] = ()
    unexplained: tuple[Failure, ...] = ()
    unreachable: tuple[str, ...] = ()


def judge(failures: Iterable[Failure], diagnosis: Diagnosis, contracts: Iterable[Contract]) -> Verdict:
    """Return what the failures come from, by a diagnosis that was made after them, over all `contracts` there are."""
    requires = {contract.id: contract.requires for contract in contracts}
    outcomes: dict[str, list[Outcome]] = {}
    for outcome in diagnosis.outcomes:
        outcomes.setdefault(outcome.contract.id, []).append(outcome)
    found: dict[str, Failure] = {}
    unexplained: list[Failure] = []
    unreachable: list[str] = []
    for failure in failures:
        of_contract = outcomes.get(failure.contract or "", [])
        if failure.contract is None:
            if failure.unreachable and diagnosis.roots:
                unreachable.append(failure.scenario)
            else:
                unexplained.append(failure)
        elif any(one.breach or any(root.breach for root in one.because) for one in of_contract):
            continue
        elif of_contract and not any(one.reason for one in of_contract):
            unexplained.append(failure)
        else:
            found.setdefault(failure.contract, failure)
    broken = set(diagnosis.broken) | set(found)
    roots = tuple(failure for id, failure in found.items() if not _behind(id, broken, requires))
    return Verdict(diagnosis, roots, tuple(unexplained), tuple(unreachable))


def _behind(id: str, broken: set[str], requires: Mapping[str, tuple[str, ...]]) -> bool:
    """Return whether a contract requires, however far away, one that is broken."""
    seen: set[str] = set()
    open_ones = list(requires.get(id, ()))
    while open_ones:
        needed = open_ones.pop()
        if needed in broken:
            return True
        if needed not in seen:
            seen.add(needed)
            open_ones.extend(requires.get(needed, ()))
    return False


def verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    """Return the roots, each with what broke with it, and the scenarios that no root explains."""
    diagnosis = verdict.diagnosis
    evaluated = [
        breach_as_json(root.breach)
        | {"broke_with": list(dict.fromkeys(o.contract.id for o in diagnosis.broke_with(root)))}
        for root in diagnosis.roots
        if root.breach
    ]
    return {
        "roots": evaluated + [{**(failure.root or {}), "found_by": failure.scenario} for failure in verdict.found],
        "unexplained": [failure.scenario for failure in verdict.unexplained],
        "diagnosis": {key: value for key, value in as_json(diagnosis).items() if key != "roots"},
    }


def verdict_as_text(verdict: Verdict) -> str:
    """Return the roots as a user is told them, then what no root explains."""
    parts = [_found(failure) for failure in verdict.found]
    if verdict.unexplained:
        lines = [f"  {failure.scenario}{_was(failure)}" for failure in verdict.unexplained]
        parts.append("\n".join(["no broken contract explains these failures:", *lines]))
    told = as_text(verdict.diagnosis)
    return "\n".join(["\n\n".join([*parts, told]), *(f"  {line}" for line in undecided(verdict.diagnosis))])


def _found(failure: Failure) -> str:
    root = failure.root or {}
    lines = [f"{failure.contract}  broken at stage {root.get('stage')}", f"  found by {failure.scenario}"]
    lines += [f"  {label:<9} {root[label]}" for label in ("expected", "actual", "mend") if root.get(label)]
    return "\n".join(lines)


def _was(failure: Failure) -> str:
    if failure.contract is None:
        return ": it broke no contract; look at what it told"
    return f": it found {failure.contract} broken, which holds now: flaky, or the harness's fault"
