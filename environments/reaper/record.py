"""A short record of which stacks were removed, and what that removed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

FILE = "removed.log"  # beside the stacks' folders
_LARGEST = 64 * 1024  # bytes, after which it starts again


def record(folder: Path, stack_id: str, why: str, removed: Iterable[str]) -> None:
    """Append what was removed and why to `<folder>/removed.log`; a record that cannot be written stops nothing."""
    file = folder / FILE
    at = time.strftime("%Y-%m-%d %H:%M:%S")
    lines = [f"{at} stack {stack_id}: {why}", *(f"  {line}" for line in removed)]
    with suppress(OSError):
        mode = "w" if file.exists() and file.stat().st_size > _LARGEST else "a"
        with file.open(mode) as log:
            log.write("\n".join(lines) + "\n")
