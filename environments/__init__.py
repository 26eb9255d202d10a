"""How a platform is made to run: one environment a folder, all behind the functions here.

No feature, step or contract knows which it is. What is theirs to say stands in `environments.environment`.
"""

from __future__ import annotations

import difflib
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, cast

from harness.errors import UsageError

if TYPE_CHECKING:  # the reaper lies below this package, and is to stay small
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from environments.environment import Environment
    from harness.settings import Settings
    from harness.stack import Stack
    from harness.workloads import Deployment

NAMES = ("local", "containers", "kind", "attach")


def chosen(name: str) -> Environment:
    """Return the environment of that name; raises UsageError for one that is not known."""
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        raise UsageError(
            f"unknown environment {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
            expected=f"one of {', '.join(NAMES)}",
        )
    # Imported late: what it needs is only there where it runs.
    return cast("Environment", import_module(f"environments.{name}.environment"))


def running(settings: Settings) -> AbstractContextManager[Stack]:
    """Hand out the running platform, and let go of it at the end.

    Raises UsageError for an environment that is not known, EnvironmentFailure when it could not be made.
    """
    environment = chosen(settings.environment)
    from environments import lifecycle

    return lifecycle.running(settings, environment)


def planned(settings: Settings, folder: Path) -> Deployment:
    """Return what would be deployed, without starting anything; what it is made from is written into the folder.

    The effective platform.yaml is `folder / "platform.yaml"`, unless the platform's own makes no platform.
    """
    return chosen(settings.environment).planned(settings, folder)


def check_may_be_broken(environment: str) -> None:
    """Raise UsageError where no fault may be injected: a platform that runs already is only looked at."""
    from environments.environment import Outside

    if isinstance(chosen(environment), Outside):
        raise UsageError(
            "no fault is injected into a platform that runs already", next_step="--env=local makes one of your own"
        )


def left_out(settings: Settings) -> Mapping[str, str]:
    """Return the tags of scenarios that say nothing in the environment that is chosen -> why."""
    from environments.environment import Outside

    environment = chosen(settings.environment)
    return environment.left_out(settings) if isinstance(environment, Outside) else {}


def find() -> list[Stack]:
    """Return the stacks that are written down as up, oldest first."""
    from environments import stacks

    return stacks.find()


def sweep() -> list[str]:
    """Remove what is left of stacks that nobody looks after any more, and return their ids."""
    from environments import lifecycle

    return lifecycle.sweep()


def rerun(stack: Stack, workload: str) -> None:
    """Run a job workload of a stack again, to its end."""
    chosen(stack.environment).rerun(stack, workload)


def changed(stack: Stack, workload: str, variables: Mapping[str, str | None] | None) -> Callable[[], None]:
    """End a workload and, where `variables` are given, start it with them; returns what brings it back as it was."""
    return chosen(stack.environment).changed(stack, workload, variables)


def at_risk(stack: Stack) -> AbstractContextManager[None]:
    """Change a stack in the block, and undo it there; where that is cut short the stack goes, kept or not."""
    from environments import lifecycle

    check_may_be_broken(stack.environment)
    return lifecycle.at_risk(stack)


def down(stack: Stack) -> None:
    """End a stack, and return when nothing of it is left."""
    from environments import lifecycle

    lifecycle.down(stack)
