"""The environment `attach`: what environments.environment.Environment says, of a platform that is not ours to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from environments.attach.planned import planned
from environments.attach.running import start
from harness.errors import UsageError
from harness.settings import Settings
from harness.stack import Stack

__all__ = ["CODE", "changed", "left_out", "planned", "rerun", "start", "take_over"]

CODE: Mapping[str, str] = {}  # the platform's code is what it runs, not what lies here


def take_over(stack: Stack, parts: Iterable[str]) -> None:
    """Do nothing: the platform runs code of its own."""


def rerun(stack: Stack, workload: str) -> None:
    """Raise UsageError: a job of a platform that runs already is its owner's to run."""
    raise _not_ours(f"{workload} is not run again")


def changed(stack: Stack, workload: str, variables: Mapping[str, str | None] | None) -> Callable[[], None]:
    """Raise UsageError: a workload of a platform that runs already is its owner's to change."""
    raise _not_ours(f"{workload} is neither ended nor changed")


def _not_ours(what: str) -> UsageError:
    return UsageError(
        f"{what}: the platform runs already, and is only looked at",
        next_step="--env=local stands up a platform of your own, for faults and for what runs its jobs",
    )


def left_out(settings: Settings) -> Mapping[str, str]:
    """Return the tags of scenarios that say nothing of a platform from outside -> why."""
    outside = {
        "processes": "whether its processes still run is seen by whoever runs it",
        "init_job": "its init job has ended, and is its owner's to run",
    }
    if settings.endpoints is not None:
        outside["workloads"] = "endpoints tell nothing of how its workloads are configured"
    return outside
