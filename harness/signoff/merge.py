"""Several runs as one: what came of each scenario in each place, over shards and retries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from harness.run.model import Cause, Root, Run, Scenario

_WORST = ("failed", "broken", "skipped", "flaky", "passed")


@dataclass(frozen=True)
class Result:
    """A scenario in a place; `first`: what failed before a retry passed."""

    place: str
    scenario: Scenario
    first: Scenario | None = None

    @property
    def proves(self) -> bool:
        """Whether it counts as passed: on a retry too, for that is counted apart."""
        return self.scenario.status in ("passed", "flaky")


@dataclass(frozen=True)
class Merged:
    """What all runs together say, in an order that does not depend on theirs."""

    runs: tuple[Run, ...]
    results: tuple[Result, ...]
    roots: tuple[Root, ...]
    failures: tuple[tuple[str, Cause], ...]  # place -> why a run there came to nothing
    missing: tuple[tuple[str, str], ...]  # (place, scenario): collected, and never run

    @property
    def places(self) -> tuple[str, ...]:
        """Where scenarios were run, sorted."""
        return tuple(sorted({place_of(run) for run in self.runs}))

    @property
    def promises(self) -> dict[str, tuple[str, str]]:
        """Contract -> its stage and its promise, of all that the runs knew."""
        return {p.id: (p.stage, p.promise) for run in self.runs for p in run.promises}


def place_of(run: Run) -> str:
    """Return where a run belongs: its cell of the matrix, or else its environment; shards of one are one place."""
    return run.cell or run.environment


def merge(runs: Iterable[Run]) -> Merged:
    """Return all runs as one; of a scenario that was run several times in a place, the worst counts.

    A retry stands in the place of what it repeats: an ENV failure that passed on it is flaky, nothing else becomes
    better by a retry.
    """
    ordered = tuple(sorted(runs, key=lambda run: (place_of(run), run.cell or "", run.shard or "", run.id)))
    retries: dict[str, Run] = {run.retry_of: run for run in ordered if run.retry_of}
    found: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for run in ordered:
        if run.retry_of and any(other.id == run.retry_of for other in ordered):
            continue
        for result in _with_retry(run, retries.get(run.id)):
            found[result.place, result.scenario.scenario].append(result)
    results = tuple(min(found[key], key=lambda one: _WORST.index(one.scenario.status)) for key in sorted(found))
    left_out = {(place_of(run), id) for run in ordered for ids in run.left_out.values() for id in ids}
    collected = {(place_of(run), id) for run in ordered for id in run.collected} - left_out
    roots = {root.fingerprint: root for run in ordered for root in run.roots}
    return Merged(
        ordered,
        results,
        tuple(roots[key] for key in sorted(roots, key=lambda key: (roots[key].contract, key))),
        tuple((place_of(run), run.failure) for run in ordered if run.failure and run.id not in retries),
        tuple(sorted(collected - found.keys())),
    )


def _with_retry(run: Run, retry: Run | None) -> list[Result]:
    """Return the run's results, with those of its retry in their place."""
    again = {one.scenario: one for one in retry.scenarios} if retry else {}
    results, seen = [], set()
    for one in run.scenarios:
        seen.add(one.scenario)
        second = again.get(one.scenario)
        env_failure = one.status == "broken" and one.cause is not None and one.cause.blame == "ENV"
        if second is None or not env_failure:
            results.append(Result(place_of(run), one))
        elif second.status == "passed":
            results.append(Result(place_of(run), second.model_copy(update={"status": "flaky"}), one))
        else:
            results.append(Result(place_of(run), second, one))
    if run.failure and run.failure.blame == "ENV":  # nothing ran at first: all that the retry proves is flaky
        for name, second in again.items():
            if name not in seen:
                status = "flaky" if second.status == "passed" else second.status
                results.append(Result(place_of(run), second.model_copy(update={"status": status})))
    return results
