"""`harness doctor`: what is there, what is missing, what would be fetched."""

from __future__ import annotations

import platform
import shutil
import sys


def doctor() -> None:
    """Say of every part of the local environment whether it is there, and what is still to be fetched."""
    from rich.console import Console
    from rich.table import Table

    from environments.local.provision import inventory
    from environments.local.provision.store import cache_folder

    parts = inventory()
    table = Table("part", "what it is", "version", "state", "size", "used by", box=None, pad_edge=False)
    for part in parts:
        state: str = part.state
        if not part.whole:
            state += f"; `harness setup {part.name}`" if part.optional else "; `make setup`"
        table.add_row(part.name, part.title, part.version, state, f"{part.megabytes} MB", ", ".join(part.used_by))
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    console.print(table)
    to_make = [part for part in parts if not part.whole and not part.optional]
    kept = sum(part.megabytes for part in to_make)
    while_made = sum(part.building_megabytes for part in to_make)
    free = shutil.disk_usage(cache_folder()).free // 2**20
    console.print(f"\nto be made: {', '.join(part.name for part in to_make) or 'nothing'}: {kept} MB", end="")
    console.print(f", and {while_made} MB more while it is made" if while_made else "")
    console.print(f"cache: {cache_folder()} ({free} MB free)", soft_wrap=True)
    console.print(f"this machine: {platform.system()} {platform.machine()}, Python {platform.python_version()}")
