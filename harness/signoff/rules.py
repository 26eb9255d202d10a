"""The rules of a sign-off: each yields the reasons why there can be none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from harness.run.folder import Results
from harness.run.model import Run
from harness.signoff.campaigns import Figures
from harness.signoff.merge import Merged, Result, place_of
from harness.signoff.policy import Policy


@dataclass(frozen=True)
class Case:
    """What is judged: the folders as they were read, their runs as one, campaign figures, and when it is judged."""

    results: tuple[Results, ...]
    merged: Merged
    figures: Figures
    now: datetime


@dataclass(frozen=True)
class Reason:
    """Why a release is not signed off; `rule`: the name of the rule, as in the policy where it stands there."""

    rule: str
    told: str


_CLOCKS = timedelta(minutes=5)  # by which the clocks of two machines may differ

Rule = Callable[[Case, Policy], Iterator[str]]


def reasons(case: Case, policy: Policy) -> tuple[Reason, ...]:
    """Return why the case is not signed off by the policy, in the order of the rules; none: it is."""
    return tuple(Reason(name, told) for name, rule in RULES.items() for told in rule(case, policy))


def _whole(case: Case, policy: Policy) -> Iterator[str]:
    if not case.results:
        yield "there are no results"
    for each in case.results:
        for problem in each.problems:
            yield f"{each.folder}: {problem}"
    for place, cause in case.merged.failures:
        yield f"{place}: nothing was run: {cause.blame} {cause.told}"
    known = {run.id for run in case.merged.runs}
    for run in case.merged.runs:
        if not run.scenarios and run.failure is None:
            yield f"{place_of(run)}: no scenario was run (run {run.id})"
        if run.retry_of and run.retry_of not in known:
            yield f"run {run.id} is a retry of run {run.retry_of}, which is not among the results"
        if run.fault:
            yield f"run {run.id}: the fault {run.fault} was injected"
        if not _ended_well(run):
            yield f"run {run.id}: pytest ended with status {run.exit_status}, and no scenario says why"
    by_place = _by([place for place, _ in case.merged.missing])
    for place, missing in by_place.items():
        first = next(id for where, id in case.merged.missing if where == place)
        yield f"{place}: partial: {_many(missing, 'scenario')} that {_was(missing)} collected did not run, as {first}"


def _passed(case: Case, policy: Policy) -> Iterator[str]:
    for root in case.merged.roots:
        subject = f" ({root.subject})" if root.subject else ""
        yield f"root cause {root.contract}{subject} broken at stage {root.stage} [{root.fingerprint}]"
    bad = [one for one in case.merged.results if not one.proves]
    for place in case.merged.places:
        of_place = [one for one in bad if one.place == place]
        for status in ("failed", "broken", "skipped"):
            count = sum(one.scenario.status == status for one in of_place)
            if count:
                yield f"{place}: {_many(count, 'scenario')} {status}"


def _named(case: Case, policy: Policy) -> Iterator[str]:
    for one in case.merged.results:
        cause = one.scenario.cause
        if not one.proves and cause is not None and cause.root is None:
            yield f"{one.place}: {one.scenario.scenario}: {cause.blame}, no root cause explains it: {cause.told}"


def _environments(case: Case, policy: Policy) -> Iterator[str]:
    there = {run.environment for run in case.merged.runs} | set(case.merged.places)
    for name in policy.environments:
        if name not in there:
            yield f"{name} was not run"


def _stages(case: Case, policy: Policy) -> Iterator[str]:
    for place, proved in _proved(case).items():
        stages = {one.scenario.stage for one in proved}
        for stage in policy.stages:
            if stage not in stages:
                yield f"{place}: no scenario of stage {stage} passed"


def _contracts(case: Case, policy: Policy) -> Iterator[str]:
    wanted = dict.fromkeys((*policy.contracts, *(case.merged.promises if policy.all_contracts else ())))
    for id in policy.contracts:
        if id not in case.merged.promises:
            yield f"there is no contract {id}"
    for place, proved in _proved(case).items():
        checked = {id for one in proved for id in one.scenario.contracts}
        for id in wanted:
            if id not in checked and id in case.merged.promises:
                yield f"{place}: contract {id} was checked by no scenario that passed"


def _requirements(case: Case, policy: Policy) -> Iterator[str]:
    for place, proved in _proved(case).items():
        tags = {tag for one in proved for tag in one.scenario.tags}
        for name in policy.requirements:
            if f"req:{name}" not in tags:
                yield f"{place}: requirement {name} was proved by no scenario that passed"


def _flaky(case: Case, policy: Policy) -> Iterator[str]:
    flaky = [one for one in case.merged.results if one.scenario.status == "flaky"]
    if len(flaky) > policy.flaky:
        yield f"{len(flaky)} passed only on a retry, {policy.flaky} allowed, as {flaky[0].scenario.scenario}"


def _age(case: Case, policy: Policy) -> Iterator[str]:
    oldest = timedelta(hours=policy.max_age_hours)
    for run in case.merged.runs:
        ended = run.ended or run.begun
        if ended.tzinfo is None:
            yield f"run {run.id}: its time has no zone"
        elif case.now - ended > oldest:
            yield f"run {run.id} ended {_hours(case.now - ended)} ago, {policy.max_age_hours:g} hours allowed"
        elif ended - case.now > _CLOCKS:
            yield f"run {run.id} ended in the future: {ended:%Y-%m-%d %H:%M} UTC"


def _same_commit(case: Case, policy: Policy) -> Iterator[str]:
    if policy.same_commit:
        yield from _same("commit", [run.git.commit if run.git else "" for run in case.merged.runs])


def _same_platform(case: Case, policy: Policy) -> Iterator[str]:
    if policy.same_platform:
        yield from _same("platform.yaml", [run.platform_digest for run in case.merged.runs])
        yield from _same("the platform's code", [run.code_digest for run in case.merged.runs])


def _clean_tree(case: Case, policy: Policy) -> Iterator[str]:
    if policy.clean_tree:
        for run in case.merged.runs:
            if run.git is not None and run.git.dirty:
                yield f"run {run.id} is of files that differ from commit {run.git.commit[:12]}"


def _stand_ins(case: Case, policy: Policy) -> Iterator[str]:
    if not policy.stand_ins:
        for run in case.merged.runs:
            for each in run.workloads:
                if each.kind == "stand-in":
                    yield f"{place_of(run)}: {each.name} is a stand-in"


def _campaign(case: Case, policy: Policy) -> Iterator[str]:
    wanted, found = policy.campaign, case.figures
    if wanted is None:
        return
    if found.injected < wanted.faults:
        yield f"{found.injected} faults were injected, at least {wanted.faults} needed"
    if found.faults > found.injected:
        yield f"{found.faults - found.injected} faults could not be injected"
    for share, least, told in (
        (found.named, wanted.named, "named"),
        (found.at_earliest, wanted.at_earliest, "named at the earliest stage"),
    ):
        if found.injected and share / found.injected < least:
            yield f"{share} of {found.injected} faults were {told}, at least {least:.1%} needed"
    if found.silent_runs < wanted.silent_runs:
        yield f"{found.silent_runs} runs without a fault, at least {wanted.silent_runs} needed"
    if found.alarms > wanted.alarms:
        yield f"{found.alarms} false alarms, {wanted.alarms} allowed"


RULES: dict[str, Rule] = {
    "results": _whole,
    "passed": _passed,
    "named": _named,
    "environments": _environments,
    "stages": _stages,
    "contracts": _contracts,
    "requirements": _requirements,
    "flaky": _flaky,
    "max_age_hours": _age,
    "same_commit": _same_commit,
    "same_platform": _same_platform,
    "clean_tree": _clean_tree,
    "stand_ins": _stand_ins,
    "campaign": _campaign,
}


def _proved(case: Case) -> dict[str, list[Result]]:
    """Return place -> what passed there; a place in which nothing passed is there too."""
    return {
        place: [one for one in case.merged.results if one.proves and one.place == place] for place in case.merged.places
    }


def _same(what: str, values: list[str]) -> Iterator[str]:
    if "" in values:
        yield f"{what} is not known of {_many(values.count(''), 'run')}"
    if len(set(values) - {""}) > 1:
        yield f"{what} is not the same everywhere: {', '.join(sorted(value[:12] for value in set(values) if value))}"


def _ended_well(run: Run) -> bool:
    """Return whether scenarios explain how pytest ended; a file that could not be collected does not show there."""
    told = any(one.status != "passed" for one in run.scenarios)
    return run.exit_status == 0 or run.failure is not None or (run.exit_status == 1 and told)


def _by(places: list[str]) -> dict[str, int]:
    return {place: places.count(place) for place in dict.fromkeys(places)}


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _hours(age: timedelta) -> str:
    return f"{age.total_seconds() / 3600:.1f} hours"
