"""Evaluates contracts along their graph: a contract is checked only where what it requires holds.

So every breach that is found is a root, and what could not be checked because of it is what broke with it. A
requirement stands in the way only where it is broken for the same subject, for a part of it, or for the whole of it,
or for something that the subject is made from. A requirement of which nothing can be said stands in the way too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from harness.contracts.blame import blamed
from harness.contracts.breach import Breach, Breaches, NotEvaluated
from harness.contracts.registry import Case, Contract, Stage, Target
from harness.diagnosis.deadline import Deadline
from harness.errors import EnvironmentFailure, Unreachable, UsageError

__all__ = ["Diagnosis", "NotEvaluated", "Outcome", "evaluate"]


@dataclass(frozen=True)
class Outcome:
    """What became of a contract on one subject: held, a breach, or (with a `reason`) not evaluated.

    `because`: what stood in the way: root breaches, and what itself could not be evaluated. `open`: it could not be
    evaluated, though nothing stood in its way and it is about something.
    """

    contract: Contract
    subject: str
    breach: Breach | None = None
    reason: str | None = None
    because: tuple[Outcome, ...] = ()
    open: bool = False


@dataclass(frozen=True)
class Diagnosis:
    """The outcomes, in the order in which they were evaluated; `on_require` is told the ids that are required."""

    outcomes: tuple[Outcome, ...]
    on_require: Callable[[str], object] = field(default=lambda id: None, compare=False, repr=False)

    @property
    def roots(self) -> tuple[Outcome, ...]:
        """The root breaches: earlier stages first, then as they stand in their files."""
        return tuple(sorted((outcome for outcome in self.outcomes if outcome.breach), key=_place))

    @property
    def broken(self) -> tuple[str, ...]:
        """Ids of the contracts that are broken somewhere."""
        return _ids(self.roots)

    @property
    def held(self) -> tuple[str, ...]:
        """Ids of the contracts that were evaluated on everything that they are about, and hold."""
        open_ones = {o.contract.id for o in self.outcomes if o.breach or o.reason}
        return tuple(id for id in _ids(self.outcomes) if id not in open_ones)

    @property
    def not_evaluated(self) -> tuple[str, ...]:
        """Ids of the contracts that are broken nowhere, and were not evaluated on all that they are about."""
        broken = set(self.broken)
        return tuple(id for id in _ids(o for o in self.outcomes if o.reason) if id not in broken)

    def broke_with(self, root: Outcome) -> tuple[Outcome, ...]:
        """Return what could not be evaluated because of a root."""
        return tuple(outcome for outcome in self.outcomes if any(each is root for each in outcome.because))

    def require(self, *ids: str) -> None:
        """Return when the contracts hold; raises what breaks them, NotEvaluated when that cannot be said."""
        for name in ids:
            self.on_require(name)
        outcomes = [outcome for outcome in self.outcomes if outcome.contract.id in ids]
        # Where a root stands in the way, that is what breaks it.
        found = {id(one.breach): one.breach for o in outcomes for one in (o, *o.because) if one.breach}
        breaches = list(found.values())
        if breaches:
            raise breaches[0] if len(breaches) == 1 else Breaches(breaches)
        unknown = [name for name in ids if name not in {outcome.contract.id for outcome in outcomes}]
        if unknown:
            raise UsageError(f"no such contract was evaluated: {', '.join(unknown)}")
        for outcome in outcomes:
            if outcome.reason:
                raise NotEvaluated(f"{outcome.contract.id} could not be evaluated", actual=outcome.reason)


def evaluate(
    contracts: Iterable[Contract], targets: Mapping[Target, Any], *, limit: float = math.inf, workers: int = 1
) -> Diagnosis:
    """Evaluate contracts, which are in the order of their graph, on the targets that there are.

    What has no target, does not apply, or finds nothing that it is about is not evaluated, and says so; nor is what is
    left after `limit` seconds. A requirement that is not among the contracts is taken to hold. `workers`: how many
    contracts are checked side by side, each after those that it requires.
    """
    deadline = Deadline(limit)
    in_the_way: dict[str, _Broken] = {}

    def outcomes_of(contract: Contract, required: Iterable[Future[list[Outcome]]]) -> list[Outcome]:
        for one in required:
            one.result()
        broken = in_the_way[contract.id] = _Broken()
        outcomes: list[Outcome] = []
        for outcome in _outcomes(contract, targets, in_the_way, deadline):
            outcomes.append(outcome)
            if outcome.breach or outcome.open:
                broken.add(outcome.subject, (outcome,))
            elif outcome.because:
                broken.add(outcome.subject, outcome.because)
        return outcomes

    # What is required was submitted before, and is begun before: no worker waits for what no worker has.
    submitted: dict[str, Future[list[Outcome]]] = {}
    with ThreadPoolExecutor(workers, thread_name_prefix="evaluate") as pool:
        for contract in contracts:
            required = [submitted[id] for id in contract.requires if id in submitted]
            submitted[contract.id] = pool.submit(outcomes_of, contract, required)
    return Diagnosis(tuple(outcome for one in submitted.values() for outcome in one.result()))


def _outcomes(
    contract: Contract, targets: Mapping[Target, Any], in_the_way: Mapping[str, _Broken], deadline: Deadline
) -> Iterator[Outcome]:
    if contract.takes not in targets:
        yield Outcome(contract, "", reason=f"there is no {contract.takes} to look at")
        return
    target = targets[contract.takes]
    if contract.writes and target.stack.read_only:
        yield Outcome(contract, "", reason="it would write, and the platform is only read")
        return
    if reason := contract.applies(target):
        yield Outcome(contract, "", reason=reason)
        return
    found = False
    for case in contract.each(target):
        found = True
        because = _because(contract, case, in_the_way)
        if because:
            yield Outcome(contract, case.subject, reason=_in_words(because), because=because)
        else:
            yield from _checked(contract, target, case, deadline)
    if not found:
        yield Outcome(contract, "", reason="nothing that it is about was found")


def _checked(contract: Contract, target: Any, case: Case, deadline: Deadline) -> Iterator[Outcome]:
    # Whose process has died is a contract of its own, which the others require: a wrong answer is told as one.
    with_blame = blamed(contract) if contract.takes is Target.STACK else nullcontext()
    try:
        with with_blame:
            deadline.within(lambda: contract.check(target, **case.params))
    except Breach as raised:
        for breach in raised.breaches if isinstance(raised, Breaches) else (raised,):
            assert isinstance(breach, Breach)
            breach.of(contract)
            breach.subject = breach.subject if breach.subject is not None else case.subject
            breach.location = breach.location or case.location
            yield Outcome(contract, breach.subject, breach)
    except Unreachable as failure:  # what it requires holds: its process runs, and does not answer
        if failure.late and contract.stage is not Stage.INIT:  # what costs nothing is asked there; this is work
            yield Outcome(contract, case.subject, reason=f"no answer in time: {failure.actual}", open=True)
            return
        breach = Breach("it cannot be reached", expected=failure.expected, actual=failure.actual).of(contract)
        breach.subject, breach.location = case.subject, case.location
        yield Outcome(contract, case.subject, breach)
    except (EnvironmentFailure, NotEvaluated) as failure:
        yield Outcome(contract, case.subject, reason=str(failure), open=True)
    except Exception as error:
        if contract.takes is not Target.STACK:
            raise
        # The harness's own fault, or a check that proves nothing: no reason to leave the others unevaluated.
        yield Outcome(contract, case.subject, reason=f"its check failed: {type(error).__name__}: {error}", open=True)
    else:
        yield Outcome(contract, case.subject)


def _because(contract: Contract, case: Case, in_the_way: Mapping[str, _Broken]) -> tuple[Outcome, ...]:
    roots: dict[int, Outcome] = {}
    for needed in contract.requires:
        if needed in in_the_way:
            for subject in (case.subject, *case.of):
                roots |= {id(root): root for root in in_the_way[needed].related(subject)}
    for subject in case.of:
        roots |= {id(root): root for root in in_the_way[contract.id].related(subject)}
    return tuple(roots.values())


def _in_words(because: Iterable[Outcome]) -> str:
    broken = _ids(outcome for outcome in because if outcome.breach)
    if broken:
        return f"{', '.join(broken)} does not hold"
    return f"{', '.join(_ids(because))} could not be evaluated"


@dataclass
class _Broken:
    """Where a contract does not hold, by subject; a look-up takes as many steps as a subject has parts."""

    at: dict[str, list[Outcome]] = field(default_factory=dict)
    below: dict[str, list[Outcome]] = field(default_factory=dict)

    def add(self, subject: str, roots: Iterable[Outcome]) -> None:
        roots = list(roots)
        self.at.setdefault(subject, []).extend(roots)
        for whole in _wholes(subject):
            self.below.setdefault(whole, []).extend(roots)

    def related(self, subject: str) -> Iterator[Outcome]:
        yield from self.below.get(subject, ())
        for name in (subject, *_wholes(subject)):
            yield from self.at.get(name, ())


def _wholes(subject: str) -> Iterator[str]:
    """Yield what a subject is a part of: `a/b/c` is of `a/b`, of `a`, and of everything."""
    while subject:
        subject = subject.rpartition("/")[0]
        yield subject


def _place(root: Outcome) -> tuple[int, str, int]:
    location = root.breach.location if root.breach else None
    file, line = (str(location.file), location.line or 0) if location else ("", 0)
    return list(Stage).index(root.contract.stage), file, line


def _ids(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(outcome.contract.id for outcome in outcomes))
