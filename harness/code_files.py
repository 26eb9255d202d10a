"""The files of a folder of code, without what tools leave in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_GENERATED = frozenset({"__pycache__", "target", "logs", "dbt_packages", "node_modules", ".git", ".harness"})


def code_files(root: Path) -> Iterator[Path]:
    """Yield the files below a folder by their path in it, always in the same order; of a file, itself as `.`."""
    for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
        within = path.relative_to(root)
        if path.is_file() and not _GENERATED & set(within.parts):
            yield within
