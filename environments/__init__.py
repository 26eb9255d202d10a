"""How a platform is made to run: one environment a folder, all behind the functions here."""

from __future__ import annotations

import difflib
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:  # the reaper lies below this package, and is to stay small
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from harness.settings import Settings
    from harness.stack import Stack
    from harness.workloads import Deployment

NAMES = ("local",)


def running(settings: Settings) -> AbstractContextManager[Stack]:
    """Hand out the running platform, and let go of it at the end.

    Raises UsageError for an environment that is not known, EnvironmentFailure when it could not be made.
    """
    if settings.environment not in NAMES:
        near = difflib.get_close_matches(settings.environment, NAMES, n=1)
        raise UsageError(
            f"unknown environment {settings.environment!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
            expected=f"one of {', '.join(NAMES)}",
        )
    from environments.local import running as local  # imported late: what it needs is only there where it runs

    return local.running(settings)


def planned(settings: Settings, folder: Path) -> Deployment:
    """Return what would be deployed, without starting anything; what it is made from is written into the folder."""
    from environments.local import planned as local

    return local.planned(settings, folder)


def find() -> list[Stack]:
    """Return the stacks that are written down as up, oldest first."""
    from environments.local import running as local

    return local.find()


def sweep() -> list[str]:
    """Remove what is left of stacks that nobody looks after any more, and return their ids."""
    from environments.local import running as local

    return local.sweep()


def rerun(stack: Stack, workload: str) -> None:
    """Run a job workload of a stack again, to its end."""
    from environments.local import running as local

    local.rerun(stack, workload)


def changed(stack: Stack, workload: str, variables: Mapping[str, str | None] | None) -> Callable[[], None]:
    """End a workload and, where `variables` are given, start it with them; returns what brings it back as it was."""
    from environments.local import again

    return again.changed(stack, workload, variables)


def down(stack: Stack) -> None:
    """End a stack, and return when nothing of it is left."""
    from environments.local import running as local

    local.down(stack)
