"""Memory of the whole stack after a full run, and its CPU when nobody asks it anything."""

from __future__ import annotations

import time

from bench.processes import cpu_seconds, megabytes
from bench.rows import Row, shares
from bench.stand import Bench

_SETTLING = 20.0  # seconds in which what the last run left behind is done
_WINDOW = 30.0  # seconds


def measure(bench: Bench) -> list[Row]:
    """Look at a stack that has run every scenario; once, over a window that evens it out."""
    stack = bench.standing()
    bench.scenarios("features")
    time.sleep(_SETTLING)
    before = cpu_seconds(stack)
    time.sleep(_WINDOW)
    after = cpu_seconds(stack)
    busy = {name: 100 * (seconds - before.get(name, 0.0)) / _WINDOW for name, seconds in after.items()}
    memory = megabytes(stack)
    return [
        Row(
            "memory of the stack (PSS)", sum(memory.values()), "MB", 2048, shares(list(memory.items()), "MB", digits=0)
        ),
        Row("idle CPU", sum(busy.values()), "% of a core", 5, shares(list(busy.items()), "%", digits=2)),
    ]
