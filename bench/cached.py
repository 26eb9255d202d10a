"""From `make e2e` to the first workload that starts, with everything cached."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from statistics import median

from bench.machine import PROJECT
from bench.rows import Row
from bench.stand import Bench
from harness.errors import EnvironmentFailure

_LIMIT = 3.0  # seconds
_STARTED = re.compile(r"^\S+ +started$")


def measure(bench: Bench) -> list[Row]:
    """Run `make e2e` until it says that a workload has started, and stop it there."""
    bench.down()
    _until_started(bench)  # what a first run makes (byte code, .venv) is no part of it
    seconds = [_until_started(bench) for _ in range(bench.runs)]
    return [Row("`make e2e` to the first workload, all cached", median(seconds), "s", _LIMIT)]


def _until_started(bench: Bench) -> float:
    begun, lines = time.perf_counter(), list[str]()
    process = subprocess.Popen(
        ["make", "e2e"],
        cwd=PROJECT,
        env=bench.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if _STARTED.match(line.strip()):
                seconds = time.perf_counter() - begun
                os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does; pytest ends its stack
                process.communicate()
                return seconds
    raise EnvironmentFailure("`make e2e` ended before a workload started", actual="".join(lines[-20:]))
