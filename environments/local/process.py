"""What a workload of `local` is: one process (or one job that runs to its end), declared before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from environments.ready import Ready
from harness.stack import Kind

__all__ = ["ProcessSpec", "Ready"]


@dataclass(frozen=True)
class ProcessSpec:
    """One workload: what to run, what it needs first, and how it proves that it works.

    `env` is the process's whole environment besides PATH, HOME, TMPDIR and LANG; secrets go there, never into
    `command`. A `job` runs to its end: exit status 0 is its readiness, anything else fails the start.
    """

    name: str
    component: str
    kind: Kind
    version: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    ready: Ready | None = None
    job: bool = False
