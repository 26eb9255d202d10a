"""Mends are judged: the fault is injected, the mend applied on top, and the contracts say whether it holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from harness.contracts.registry import Stage
from harness.diagnosis import Diagnosis
from harness.errors import HarnessError
from harness.faults.fault import Fault
from harness.faults.files import Reference
from harness.faults.mend import Mend, verdict
from harness.faults.static import STAGES, diagnose_files


@dataclass(frozen=True)
class Judged:
    """What became of a mend: the roots before it and after it, by contract; `problem`: why it could not be judged."""

    mend: Mend
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    said: str = ""
    problem: HarnessError | None = None

    @property
    def holds(self) -> bool:
        """Whether there was a root before it, and there is none after it."""
        return self.problem is None and bool(self.before) and self.said.startswith("proved")

    @property
    def as_known(self) -> bool:
        """Whether it holds, or leaves broken what it is known to leave."""
        return self.problem is None and bool(self.before) and self.after == tuple(sorted(self.mend.leaves))


def judge_on_copies(mend: Mend, fault: Fault, reference: Reference, stages: Collection[Stage] = STAGES) -> Judged:
    """Inject a fault into a copy of the reference, apply the mend to it, and say what the contracts say of both."""
    try:
        with reference.copied() as files:
            fault.inject(files)
            before = diagnose_files(files.folder, stages)
            mend.inject(files)
            after = diagnose_files(files.folder, stages)
    except HarnessError as problem:
        return Judged(mend, problem=problem)
    return Judged(mend, _named(before), _named(after), verdict(before, after))


def _named(found: Diagnosis) -> tuple[str, ...]:
    return tuple(sorted({root.contract.id for root in found.roots}))
