"""Which workloads of a stack still run, whatever they run as."""

from __future__ import annotations

import psutil

from harness.errors import EnvironmentFailure
from harness.stack import Stack, WorkloadState


def dead_workloads(stack: Stack | None) -> list[str]:
    """Return the workloads of a stack that run no more; jobs and external servers never do.

    Those of which nobody can tell, since what runs them is gone, count among them.
    """
    return [w.name for w in (stack.workloads if stack else ()) if w.runs_as and _gone(w)]


def _gone(workload: WorkloadState) -> bool:
    try:
        return not alive(workload)
    except EnvironmentFailure:
        return True


def alive(workload: WorkloadState) -> bool:
    """Return whether a workload runs; a pid that another process has taken over does not count.

    Raises EnvironmentFailure when what runs it does not answer.
    """
    if workload.container is not None:
        from harness.systems import engine  # late: most stacks have none

        return engine.runs(workload.container)
    if workload.pods is not None:
        from harness.systems import cluster

        return cluster.runs(workload.pods)
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
    return f"{', '.join(dead)}: it runs no more" if dead else None
