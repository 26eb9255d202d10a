"""`harness shell`: Python with a client of every system of the running stack."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Annotated, Any

import typer

from harness.commands.chosen import chosen_stack
from harness.contracts.probe import Probe
from harness.errors import HarnessError, UsageError
from harness.platform import load_platform

# Name in the shell -> what is said of it; each is the probe's client of that name, made when it is first used.
CLIENTS = {
    "catalog": "the catalog's API; catalog.pyiceberg(**probe.table_properties()) is PyIceberg's",
    "objects": "the object store",
    "lake": "an independent DuckDB on the catalog",
    "dagster": "the orchestrator's GraphQL",
    "dbt": "the dbt project",
    "cube": "the semantic layer",
    "refresh_worker": "its refresh worker",
    "traces": "the trace store",
    "lineage": "the lineage store",
}


def shell(
    stack_id: Annotated[str | None, typer.Option("--stack", help="Which stack; the newest by default.")] = None,
) -> None:
    """Open IPython with ready clients for every system of the running stack."""
    stack = chosen_stack(stack_id)
    try:
        import IPython
        from traitlets.config import Config
    except ImportError:
        raise UsageError("IPython is not installed", next_step="pip install 'floe-harness[local]'") from None
    found = names(Probe(stack, load_platform(stack.platform_file)))
    config = Config()
    config.TerminalInteractiveShell.confirm_exit = config.TerminalInteractiveShell.enable_tip = False
    config.TerminalInteractiveShell.banner1 = banner(stack.id, found)
    IPython.start_ipython(argv=[], user_ns=found, config=config)


def names(probe: Probe) -> dict[str, Any]:
    """Return what stands ready in the shell; a client that the platform gives too little for is left out."""
    found: dict[str, Any] = {"probe": probe, "stack": probe.stack}
    for name in CLIENTS:
        with suppress(HarnessError, KeyError):  # no expectations beside platform.yaml, no such endpoint
            found[name] = getattr(probe, name)
    return found


def banner(stack_id: str, found: Collection[str]) -> str:
    """Return what is said first: each name that is there, and what it is."""
    meanings = {**CLIENTS, "stack": "endpoints, workloads, logs", "probe": "all of these"}
    lines = [f"  {name:<14}  {meaning}" for name, meaning in meanings.items() if name in found]
    return "\n".join([f"stack {stack_id}", *lines, ""])
