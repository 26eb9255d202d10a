"""`harness status`: what is up."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import Annotated

import typer

from harness.stack import Stack, WorkloadState


def status(as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Show the stacks that are up, with what is real and what stands in."""
    import environments

    stacks = environments.find()
    if as_json:
        print(json.dumps([stack.model_dump(mode="json", exclude={"secrets_file"}) for stack in stacks], indent=2))
        return
    if not stacks:
        print("nothing is up; `harness up` stands the platform up")
    for stack in stacks:
        print_stack(stack)


def print_stack(stack: Stack) -> None:
    """Print a stack's workloads and endpoints as tables."""
    from rich.console import Console
    from rich.table import Table

    from harness.liveness import dead_workloads

    dead = dead_workloads(stack)
    table = Table("workload", "component", "is", "version", "runs as", "memory", "ready after", "proved by", box=None)
    for w in stack.workloads:
        runs_as = "died" if w.name in dead else w.runs_as or ("elsewhere" if w.kind == "external" else "ended")
        ready = f"{w.ready_seconds:.1f} s" if w.ready_seconds is not None else ""
        megabytes = None if w.name in dead else _megabytes(w)
        memory = "" if megabytes is None else f"{megabytes} MB"
        table.add_row(w.name, w.component, w.kind, w.version, runs_as, memory, ready, w.ready_by)
    console = Console(width=None if sys.stdout.isatty() else 180)
    console.print(f"stack {stack.id} ({stack.environment}){', kept' if stack.keep else ''}", highlight=False)
    console.print(table)
    for name, url in stack.endpoints.items():
        console.print(f"  {name:<18} {url}", highlight=False)


def _megabytes(workload: WorkloadState) -> int | None:
    """Return the memory of a workload: of its container, or proportional (PSS) of its process and its descendants."""
    if workload.container is not None:
        from harness.systems import engine

        return engine.megabytes(workload.container)
    return None if workload.pid is None else _of_process(workload.pid)


def _of_process(pid: int) -> int:
    import psutil

    total = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                full = each.memory_full_info()
                total += getattr(full, "pss", full.rss)
    return total // 2**20
