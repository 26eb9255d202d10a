"""`harness logs`: what the workloads say."""

from __future__ import annotations

import difflib
import subprocess
from typing import Annotated

import typer

from harness.commands.chosen import chosen_stack
from harness.errors import UsageError


def _complete(incomplete: str) -> list[str]:
    import environments

    return [w.name for stack in environments.find() for w in stack.workloads if w.name.startswith(incomplete)]


def logs(
    workload: Annotated[
        str | None, typer.Argument(help="Default: the last lines of each.", autocompletion=_complete)
    ] = None,
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many lines.")] = 40,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on as they come.")] = False,
) -> None:
    """Show the last lines of a workload's log, or of all."""
    stack = chosen_stack()
    by_name = {w.name: w.log for w in stack.workloads if w.log is not None}
    if not by_name:
        raise UsageError(
            f"stack {stack.id} has no logs: its workloads run elsewhere, and write theirs there",
            next_step="in a cluster: kubectl logs",
        )
    if workload is not None and workload not in by_name:
        near = difflib.get_close_matches(workload, by_name, n=1)
        raise UsageError(
            f"no workload {workload!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
            expected=f"one of {', '.join(by_name)}",
        )
    chosen = [str(log) for name, log in by_name.items() if workload in (None, name)]
    subprocess.run(["tail", "-n", str(lines), *(["-F"] if follow else []), *chosen], check=False)
