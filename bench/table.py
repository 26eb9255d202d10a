"""Shows figures as a table, with the machine in a line below it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench.rows import Row

_HELD = {True: "held", False: "not held", None: ""}


def show(rows: Sequence[Row], machine: Mapping[str, str]) -> None:
    """Print the figures on standard output."""
    table = Table(box=None, pad_edge=False)
    table.add_column("figure")
    table.add_column("measured", justify="right")
    table.add_column("aim", justify="right")
    table.add_column("")
    table.add_column("of which")
    for row in rows:
        aim = "" if row.aim is None else f"≤ {_number(row.aim)} {row.unit}"
        table.add_row(row.figure, f"{_number(row.measured)} {row.unit}", aim, _HELD[row.held], row.note)
    console = Console(width=None if sys.stdout.isatty() else 170, highlight=False)
    console.print(table)
    console.print(", ".join(f"{name} {value}" for name, value in machine.items()), style="dim")


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"
