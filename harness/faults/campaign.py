"""A campaign: nothing injected first, then each fault alone; the cause that is named against the one injected."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.contracts.registry import Stage
from harness.diagnosis import Diagnosis
from harness.errors import HarnessError
from harness.faults.fault import Fault

Look = Callable[[Fault | None], Diagnosis]  # injects a fault, or none, and says what is found


@dataclass(frozen=True)
class Root:
    """A root breach that was named."""

    contract: str
    subject: str
    stage: Stage

    def __str__(self) -> str:
        return f"{self.contract} {self.subject}".strip()


@dataclass(frozen=True)
class Trial:
    """What became of one fault; `problem`: why it could not be injected."""

    fault: Fault
    roots: tuple[Root, ...] = ()
    seconds: float = 0.0
    problem: HarnessError | None = None

    @property
    def injected(self) -> bool:
        """Whether the platform was changed as the fault says."""
        return self.problem is None

    @property
    def named(self) -> str | None:
        """The contracts that are named, None where nothing is."""
        return ", ".join(dict.fromkeys(root.contract for root in self.roots)) or None

    @property
    def noticed_at(self) -> Stage | None:
        """The first stage at which something is named."""
        return min((root.stage for root in self.roots), key=list(Stage).index, default=None)

    @property
    def correct(self) -> bool:
        """Whether the fault's contract is named and nothing besides: on each of its subjects, or else once."""
        subjects = sorted(root.subject for root in self.roots)
        expected = sorted(self.fault.subject) if self.fault.subject else subjects[:1]
        return self.named == self.fault.named_by and subjects == expected

    @property
    def at_earliest(self) -> bool:
        """Whether it is named at the earliest stage that can know."""
        return self.correct and self.noticed_at == self.fault.earliest


@dataclass(frozen=True)
class Silence:
    """Runs in which nothing is wrong, and the alarms that were raised all the same: who raised it, and the roots."""

    runs: int = 0
    alarms: tuple[tuple[str, tuple[Root, ...]], ...] = ()
    problems: tuple[HarnessError, ...] = ()


@dataclass(frozen=True)
class Campaign:
    """The outcome of a campaign."""

    trials: tuple[Trial, ...]
    clean: Silence
    harmless: Silence

    @property
    def problems(self) -> tuple[HarnessError, ...]:
        """Why faults could not be injected."""
        return (*(trial.problem for trial in self.trials if trial.problem), *self.harmless.problems)

    @property
    def ok(self) -> bool:
        """Whether something was run, every fault is named and nothing besides, and no alarm is raised without one."""
        ran = len(self.trials) + self.harmless.runs + self.clean.runs
        silent = not (self.clean.alarms or self.harmless.alarms or self.problems)
        return ran > 0 and silent and all(trial.correct for trial in self.trials)


def run_campaign(
    faults: Iterable[Fault],
    look: Look,
    *,
    clean_runs: int = 1,
    told: Callable[[str], None] = lambda what: None,
) -> Campaign:
    """Run clean, then with each fault alone; `told` is called with what begins."""
    faults = list(faults)
    clean = [_roots(look(None)) for _ in _each(range(clean_runs), told, "clean run")]
    trials, alarms, problems = [], [], []
    for fault in faults:
        told(fault.id)
        trial = try_fault(fault, look)
        if not fault.harmless:
            trials.append(trial)
        elif trial.problem:
            problems.append(trial.problem)
        elif trial.roots:
            alarms.append((fault.id, trial.roots))
    harmless = sum(fault.harmless for fault in faults) - len(problems)
    return Campaign(
        tuple(trials),
        Silence(clean_runs, tuple((f"clean run {n}", roots) for n, roots in enumerate(clean, 1) if roots)),
        Silence(harmless, tuple(alarms), tuple(problems)),
    )


def try_fault(fault: Fault, look: Look) -> Trial:
    """Inject one fault, and return what is named."""
    began = time.monotonic()
    try:
        roots = _roots(look(fault))
    except HarnessError as problem:
        return Trial(fault, problem=problem)
    return Trial(fault, roots, time.monotonic() - began)


def _roots(found: Diagnosis) -> tuple[Root, ...]:
    return tuple(
        Root(each.contract.id, each.breach.subject or "", each.contract.stage) for each in found.roots if each.breach
    )


def _each(numbers: range, told: Callable[[str], None], what: str) -> Iterable[int]:
    for number in numbers:
        told(f"{what} {number + 1}")
        yield number
