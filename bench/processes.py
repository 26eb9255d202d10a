"""The processes of a stack, by workload, and what they take."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress

import psutil

from environments.reaper import MARK
from harness.stack import Stack

_OTHER = "other"  # carries the stack's mark, and is below no workload any more


def by_workload(stack: Stack) -> dict[str, list[psutil.Process]]:
    """Return every process of a stack by workload, descendants included; the reaper is none of them."""
    found: dict[str, list[psutil.Process]] = defaultdict(list)
    for workload in stack.workloads:
        with suppress(psutil.Error):
            if workload.pid is not None:
                process = psutil.Process(workload.pid)
                found[workload.name] = [process, *process.children(recursive=True)]
    known = {process.pid for processes in found.values() for process in processes}
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            # PostgreSQL's own children have written their titles over their environment: they are found above.
            if process.pid not in known and process.environ().get(MARK) == stack.id:
                found[_OTHER].append(process)
    return found


def cpu_seconds(stack: Stack) -> dict[str, float]:
    """Return the CPU seconds of each workload so far, with those of children that have ended."""
    return {name: sum(map(_cpu, processes)) for name, processes in by_workload(stack).items()}


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        times = process.cpu_times()
        # What a child took is its parent's once the child has ended and was waited for.
        ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        return float(times.user + times.system + ended)
    return 0.0


def megabytes(stack: Stack) -> dict[str, float]:
    """Return the proportional memory (PSS) of each workload: shared pages count once among those that share them."""
    return {name: sum(map(_pss, processes)) / 2**20 for name, processes in by_workload(stack).items()}


def _pss(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.rss))
    return 0
