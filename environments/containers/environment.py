"""The environment `containers`: what environments.environment.Environment says, on a container engine."""

from collections.abc import Iterable, Mapping

from environments.containers.again import changed, rerun
from environments.containers.planned import planned
from environments.containers.running import start
from harness.stack import Stack

__all__ = ["CODE", "changed", "planned", "rerun", "start", "take_over"]

CODE: Mapping[str, str] = {}  # the platform's code is in its images: other code makes another stack


def take_over(stack: Stack, parts: Iterable[str]) -> None:
    """Do nothing: there is no code that a stack takes while it is up."""
