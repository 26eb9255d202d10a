"""A platform that runs already, as it was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from environments.attach.forwards import Forwards
from harness.stack import WorkloadState


@dataclass(frozen=True)
class Found:
    """What is known of the platform before anything is asked of it.

    `endpoints`: as this machine reaches them. `secret`: what the platform itself has of a `secret_ref`, None where it
    does not tell. `forwards`: what leads to them from this machine, where they are in a cluster.
    """

    name: str
    production: bool
    endpoints: Mapping[str, str]
    workloads: tuple[WorkloadState, ...]
    secret: Callable[[str], str | None] = lambda ref: None
    forwards: Forwards | None = None
