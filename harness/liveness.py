"""Which workloads of a stack still run."""

from __future__ import annotations

import psutil

from harness.stack import Stack, WorkloadState


def dead_workloads(stack: Stack | None) -> list[str]:
    """Return the workloads of a stack whose process is gone; jobs and external servers have none."""
    return [workload.name for workload in (stack.workloads if stack else ()) if workload.pid and not alive(workload)]


def alive(workload: WorkloadState) -> bool:
    """Return whether a workload's process runs; a pid that another process has taken over does not count."""
    if workload.pid is None:
        return True
    try:
        process = psutil.Process(workload.pid)
        same = workload.created is None or abs(process.create_time() - workload.created) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def why_wait_no_longer(stack: Stack) -> str | None:
    """Return None while all workloads of a stack run, else which one does not, in words."""
    dead = dead_workloads(stack)
    return f"{', '.join(dead)}: the process has ended" if dead else None
