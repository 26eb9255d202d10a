"""What a run's failures come from: the roots that a diagnosis finds, and what it does not explain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.contracts.registry import Contract
from harness.diagnosis.evaluate import Diagnosis, Outcome


@dataclass(frozen=True)
class Failure:
    """A failed scenario, and the contract that it found broken; none where it failed in another way.

    `root`: the breach as machines are told it. `words`: what the scenario told, in short.
    """

    scenario: str
    contract: str | None = None
    root: Mapping[str, Any] | None = None
    words: str = ""


@dataclass(frozen=True)
class Verdict:
    """The roots of a run's failures.

    `found`: those that only a scenario found, the diagnosis could not evaluate them again. `unexplained`: failures
    that no root explains; their contracts hold now, or they broke none.
    """

    diagnosis: Diagnosis
    found: tuple[Failure, ...] = ()
    unexplained: tuple[Failure, ...] = ()


def judge(failures: Iterable[Failure], diagnosis: Diagnosis, contracts: Iterable[Contract]) -> Verdict:
    """Return what the failures come from, by a diagnosis that was made after them, over all `contracts` there are."""
    requires = {contract.id: contract.requires for contract in contracts}
    outcomes: dict[str, list[Outcome]] = {}
    for outcome in diagnosis.outcomes:
        outcomes.setdefault(outcome.contract.id, []).append(outcome)
    found: dict[str, Failure] = {}
    unexplained: list[Failure] = []
    for failure in failures:
        of_contract = outcomes.get(failure.contract or "", [])
        if failure.contract not in requires:
            unexplained.append(failure)
        elif any(one.breach or any(root.breach for root in one.because) for one in of_contract):
            continue
        elif of_contract and not any(one.reason for one in of_contract):
            unexplained.append(failure)
        else:
            found.setdefault(failure.contract, failure)
    broken = set(diagnosis.broken) | set(found)
    roots = tuple(failure for id, failure in found.items() if not _behind(id, broken, requires))
    return Verdict(diagnosis, roots, tuple(unexplained))


def _behind(id: str, broken: set[str], requires: Mapping[str, tuple[str, ...]]) -> bool:
    """Return whether a contract requires, however far away, one that is broken."""
    seen: set[str] = set()
    open_ones = list(requires[id])
    while open_ones:
        needed = open_ones.pop()
        if needed in broken:
            return True
        if needed not in seen:
            seen.add(needed)
            open_ones.extend(requires.get(needed, ()))
    return False
