"""Runs a command to its end and says how long it took."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import EnvironmentFailure

_LAST = 4000  # characters of output that a failure shows


@dataclass(frozen=True)
class Done:
    """A command that ended: seconds by the clock, seconds of CPU of it and of all that it waited for."""

    seconds: float
    cpu_seconds: float
    output: str


def timed(command: Sequence[str], cwd: Path, env: Mapping[str, str], *, ok: Sequence[int] = (0,)) -> Done:
    """Run a command, output and errors together; raises EnvironmentFailure when its exit status is not one of `ok`."""
    begun, before = time.perf_counter(), os.times()
    done = subprocess.run(
        command,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    seconds, after = time.perf_counter() - begun, os.times()
    if done.returncode not in ok:
        raise EnvironmentFailure(
            "a command that was to be measured failed",
            expected=f"exit status 0 of: {' '.join(command)}",
            actual=f"exit status {done.returncode}",
            evidence=done.stdout[-_LAST:],
        )
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Done(seconds, cpu, done.stdout)
