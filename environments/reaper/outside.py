"""What a stack has outside of its folder and of this machine's processes: containers, a namespace of a cluster.

It is written down in the stack's folder before it is made, so that whoever cleans up finds it: the reaper, or the next
run when the reaper was killed too.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

_FILE = "outside"


def hold(folder: Path, environment: str, address: str) -> None:
    """Write down that what an environment has marked with the stack's id at an address goes with the stack.

    `environments.<environment>.removal` removes it: `remove(address, stack_id)` returns a line for each thing removed.
    """
    with (folder / _FILE).open("a") as file:
        file.write(f"{environment} {address}\n")


def remove(folder: Path, stack_id: str) -> tuple[list[str], bool]:
    """Remove all that was written down; return a line for each thing, and whether nothing is left of it."""
    try:
        held = (folder / _FILE).read_text().splitlines()
    except OSError:
        return [], True
    lines, gone = list[str](), True
    for line in dict.fromkeys(held):
        environment, address = line.split(" ", 1)
        try:
            lines += import_module(f"environments.{environment}.removal").remove(address, stack_id)
        except Exception as error:  # whatever its client raises: the rest is to go all the same
            lines.append(f"{environment} at {address} could not be cleaned: {type(error).__name__}: {error}")
            gone = False
    return lines, gone
