"""`harness status`: what is up."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import Annotated

import typer

from harness.stack import Stack


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
    table = Table("workload", "component", "is", "version", "process", "memory", "ready after", "proved by", box=None)
    for w in stack.workloads:
        process = "died" if w.name in dead else str(w.pid or "ended")
        ready = f"{w.ready_seconds:.1f} s" if w.ready_seconds is not None else ""
        memory = "" if w.pid is None or w.name in dead else f"{_megabytes(w.pid)} MB"
        table.add_row(w.name, w.component, w.kind, w.version, process, memory, ready, w.ready_by)
    console = Console(width=None if sys.stdout.isatty() else 180)
    console.print(f"stack {stack.id} ({stack.environment}){', kept' if stack.keep else ''}", highlight=False)
    console.print(table)
    for name, url in stack.endpoints.items():
        console.print(f"  {name:<18} {url}", highlight=False)


def _megabytes(pid: int) -> int:
    """Return the proportional memory (PSS) of a process and its descendants, where the system tells it."""
    import psutil

    total = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                full = each.memory_full_info()
                total += getattr(full, "pss", full.rss)
    return total // 2**20
