"""What an environment is: how a stack is made in it, and what can be done to one that is up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from environments.reaper import Reaper
from harness.settings import Settings
from harness.stack import Stack
from harness.workloads import Deployment


class Environment(Protocol):
    """One way to run a platform; each is the module `environments.<name>.environment`.

    What it makes outside of its stack's folder is marked with the stack's id and told to the stack's reaper before it
    is made, so that nothing is left however a run ends.

    `CODE`: part of the platform's code that a stack takes over while it is up -> its folder in the project.
    """

    CODE: Mapping[str, str]

    def start(self, settings: Settings, digest: str) -> tuple[Stack, Reaper]:
        """Make a new stack, and return it with the connection to its reaper, on which it depends.

        `digest`: what `environments.made_from.digest_of` says of the settings. Raises EnvironmentFailure, with nothing
        left.
        """
        ...

    def take_over(self, stack: Stack, parts: Iterable[str]) -> None:
        """Give a stack that is up these parts of the platform's code as they are now."""
        ...

    def planned(self, settings: Settings, folder: Path) -> Deployment:
        """Return what would be deployed, with nothing started; what it is made from is written into the folder.

        The effective platform.yaml is `folder / "platform.yaml"`.
        """
        ...

    def rerun(self, stack: Stack, workload: str) -> None:
        """Run a job again, to its end; raises StartError when it fails, KeyError for one that is no job."""
        ...

    def changed(self, stack: Stack, workload: str, variables: Mapping[str, str | None] | None) -> Callable[[], None]:
        """End a workload and, where `variables` are given, start it with them on top (None: without it).

        Returns a function that brings it back as it was. Raises StartError.
        """
        ...


@runtime_checkable
class Outside(Protocol):
    """An environment that looks at its platform from outside, and sees less than one that runs it."""

    def left_out(self, settings: Settings) -> Mapping[str, str]:
        """Return the tags of scenarios that say nothing of such a platform -> why."""
        ...
