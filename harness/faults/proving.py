"""Proves mends on a running stack: each root's mend is applied, the contracts are evaluated again, and it is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from harness.contracts.running import part_of
from harness.diagnosis import Diagnosis, Outcome
from harness.errors import HarnessError, WaitTimeout
from harness.faults.live import Live
from harness.faults.mend import Mend
from harness.stack import Stack
from harness.wait import NotYet, wait_for

UNKNOWN = "no mend known"
_SETTLED = 30.0  # seconds that what was mended may take until it works


@dataclass(frozen=True)
class Proof:
    """What became of the mends of a diagnosis: in words, for each root; and the diagnosis with them in place."""

    said: Mapping[str, str]
    after: Diagnosis | None = None
    kept: bool = False

    @property
    def holds(self) -> bool:
        """Whether no root is left."""
        return self.after is not None and not self.after.roots


def known_mends(diagnosis: Diagnosis, stack: Stack, mends: Iterable[Mend]) -> dict[str, Mend]:
    """Return root -> the mend that is known for it, on the workload that it is about."""
    by_contract = {id: mend for mend in mends for id in mend.mends if mend.live}
    return {
        name_of(root): by_contract[root.contract.id].on(_workload(root, stack))
        for root in diagnosis.roots
        if root.contract.id in by_contract
    }


def prove(
    before: Diagnosis, mends: Mapping[str, Mend], live: Live, look: Callable[[], Diagnosis], *, keep: bool = False
) -> Proof:
    """Apply the mends, root -> mend, all at once; look again, and undo them unless they are to be kept and hold."""
    said = {name_of(root): UNKNOWN for root in before.roots}
    with ExitStack() as undo:
        applied = []
        for root, mend in mends.items():
            try:
                undo.enter_context(mend.apply_live(live))
            except HarnessError as problem:
                said[root] = f"{mend.id} cannot be applied: {problem.heading}"
            else:
                applied.append(root)
        if not applied:
            return Proof(said)
        after = look()
        said |= dict(_said(applied, mends, before, after))
        kept = keep and not after.roots
        if kept:
            undo.pop_all()
    return Proof(said, after, kept)


def not_tried(diagnosis: Diagnosis, mends: Mapping[str, Mend]) -> Proof:
    """Return what is known for each root, of a stack of which nothing is to be changed."""
    roots = map(name_of, diagnosis.roots)
    return Proof({root: f"not tried here: {mends[root].title}" if root in mends else UNKNOWN for root in roots})


def when_settled(soon: Callable[[], Diagnosis], look: Callable[[], Diagnosis]) -> Callable[[], Diagnosis]:
    """Return what looks when `soon` finds no root any more, or has found one for long: what was started needs time."""

    def right() -> None:
        if roots := soon().roots:
            raise NotYet(", ".join(map(name_of, roots)))

    def settled() -> Diagnosis:
        with suppress(WaitTimeout):
            wait_for("what was mended works", right, _SETTLED)
        return look()

    return settled


def name_of(root: Outcome) -> str:
    """Return a root in words: its contract, and what breaks it."""
    return f"{root.contract.id} {root.subject}".strip()


def _said(
    applied: Iterable[str], mends: Mapping[str, Mend], before: Diagnosis, after: Diagnosis
) -> Iterator[tuple[str, str]]:
    old, left = {name_of(root) for root in before.roots}, {name_of(root) for root in after.roots}
    moved = sorted(left - old)
    undecided = sorted({o.contract.id for o in after.outcomes if o.open} & {name.split(" ")[0] for name in old})
    for root in applied:
        if root in left or moved:
            broken = ", ".join([*([root] if root in left else []), *moved])
            yield root, f"{mends[root].id} does not hold: what is broken now: {broken}"
        elif undecided:
            yield root, f"{mends[root].id} is not proved: {', '.join(undecided)} could not be evaluated"
        else:
            yield root, f"{mends[root].id} is proved: the root is gone"


def _workload(root: Outcome, stack: Stack) -> str:
    """Return the workload that a root is about: its subject, or what runs the part that its contract is named after."""
    names = [each.name for each in stack.workloads]
    if root.subject in names:
        return root.subject
    running = f"{root.contract.id.partition('.')[0]}.running"
    of_part = (each.name for each in stack.workloads if each.runs_as and (p := part_of(each)) and p.id == running)
    return next(of_part, root.subject)
