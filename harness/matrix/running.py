"""Runs a matrix on this machine, job by job; a job that is done already is not run again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from harness.errors import HarnessError
from harness.matrix.matrix import Job
from harness.run import Run, read_results

FIRST, RETRY = "first", "retry"


def run_jobs(
    jobs: Iterable[Job],
    folder: Path,
    durations: Path,
    *,
    again: bool = False,
    told: Callable[[str], None] = print,
) -> dict[str, Run | None]:
    """Run jobs into `<folder>/<job>/first`, and what failed by the environment once more into `<folder>/<job>/retry`.

    `durations`: the seconds that balance the parts, the same for all of a night. `again`: also those that are done.
    Returns job -> what came of it at first; None where it wrote nothing whole.
    """
    ended: dict[str, Run | None] = {}
    for job in jobs:
        home = folder / job.name
        first = whole(home / FIRST)
        if first is None or again:
            told(f"{job.name}: running")
            shutil.rmtree(home / RETRY, ignore_errors=True)  # it repeats a run that is about to go
            _pytest(job, home / FIRST, durations)
            first = whole(home / FIRST)
        if first is not None and (names := to_retry(first)) is not None and whole(home / RETRY) is None:
            told(f"{job.name}: the environment failed; once more")
            _pytest(job, home / RETRY, durations, "--retry-of", first.id, names=names)
        told(f"{job.name}: {outcome(first)}")
        ended[job.name] = first
    return ended


def whole(folder: Path) -> Run | None:
    """Return the run of a results folder; None where there is none that is whole."""
    try:
        results = read_results(folder)
    except HarnessError:
        return None
    return results.run if not results.problems else None


def to_retry(run: Run) -> list[str] | None:
    """Return the scenarios that the environment failed; an empty list: all of them; None: nothing is to be retried."""
    if run.failure is not None:
        return [] if run.failure.blame == "ENV" else None
    names = [one.scenario for one in run.scenarios if one.status == "broken" and one.cause and one.cause.blame == "ENV"]
    return names or None


def outcome(run: Run | None) -> str:
    """Return what came of a run, in one line."""
    if run is None:
        return "it wrote no results"
    if run.failure:
        return f"nothing was run: {run.failure.told}"
    passed = sum(one.status == "passed" for one in run.scenarios)
    return f"{passed} of {len(run.scenarios)} passed"


def _pytest(job: Job, results: Path, durations: Path, *more: str, names: list[str] | None = None) -> None:
    """Run pytest in a process of its own; what came of it is in the results."""
    features, *options = job.arguments
    if names:
        options = [option for option in options if not option.startswith("--shard=")]
    elif any(option.startswith("--shard=") for option in options):
        options += [f"--durations-of={durations}"]
    command = [sys.executable, "-m", "pytest", *(names or [features]), *options, f"--results={results}"]
    command += [f"--alluredir={results / 'allure'}", *more]
    try:
        subprocess.run(command, timeout=job.minutes * 60, check=False)
    except subprocess.TimeoutExpired:
        print(f"{job.name}: stopped after {job.minutes} minutes", file=sys.stderr)
