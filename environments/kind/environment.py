"""The environment `kind`: what environments.environment.Environment says, in a cluster of kind."""

from collections.abc import Iterable, Mapping

from environments.kind.again import changed, rerun
from environments.kind.planned import planned
from environments.kind.running import start
from harness.stack import Stack

__all__ = ["CODE", "changed", "planned", "rerun", "start", "take_over"]

CODE: Mapping[str, str] = {}  # the platform's code is in its images: other code makes another stack


def take_over(stack: Stack, parts: Iterable[str]) -> None:
    """Do nothing: there is no code that a stack takes while it is up."""
