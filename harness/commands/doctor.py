"""`harness doctor`: what is there, what is missing, what would be fetched."""

from __future__ import annotations

import shutil
import sys


def doctor() -> None:
    """Say of every part of the local environment whether it is there, and what is still to be fetched."""
    from rich.console import Console
    from rich.table import Table

    from environments.local.provision import inventory
    from environments.local.provision.store import cache_folder

    table = Table("part", "version", "state", "size", box=None, pad_edge=False)
    parts = inventory()
    for part in parts:
        missing_is = "not there; fetched on request" if part.optional else "missing: `make setup` fetches it"
        state = "there" if part.whole else missing_is
        table.add_row(part.title, part.version, state, f"{part.megabytes} MB")
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table)
    missing = sum(part.megabytes for part in parts if not part.whole and not part.optional)
    free = shutil.disk_usage(cache_folder()).free // 2**20
    console.print(f"to fetch: {missing} MB; free at {cache_folder()}: {free} MB; Python {sys.version.split()[0]}")
