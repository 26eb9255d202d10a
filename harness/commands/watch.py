"""`harness watch`: run scenarios again whenever something that they are made from changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

_FOLDERS = ("features", "step_defs", "fixtures", "harness", "demo", "environments")
_LEFT_BEHIND = frozenset({"__pycache__", "target", "logs", "node_modules", ".pytest_cache", ".harness"})


def watch(
    what: Annotated[
        list[str], typer.Argument(metavar="FEATURE...", help="Features and options, as pytest takes them.")
    ],
) -> None:
    """Run scenarios on a stack that stays up, and again whenever a feature, a step or the platform's code changes.

    Of the stack, only the workloads whose code has changed are started again. Ctrl-C ends it; `harness down` the stack.
    """
    from watchfiles import watch as changes

    from harness.errors import UsageError
    from harness.settings import load_settings

    platform = load_settings(Path.cwd(), {}).platform.resolve().parent
    folders = {folder.resolve() for folder in (*map(Path, _FOLDERS), platform) if folder.is_dir()}
    if not folders:
        raise UsageError("there is nothing to watch here", expected=f"one of the folders {', '.join(_FOLDERS)}")
    command = [sys.executable, "-m", "pytest", *what, "--keep"]
    # The watcher looks from now on: what changes while scenarios run makes them run again.
    watched = changes(*sorted(folders), watch_filter=lambda _, path: is_source(path), raise_interrupt=True)
    subprocess.run(command, check=False)
    for changed in watched:
        print(f"\nchanged: {', '.join(sorted(name(path) for _, path in changed))}", flush=True)
        subprocess.run(command, check=False)


def is_source(path: str) -> bool:
    """Return whether a file is something that scenarios are made from, and not what tools leave behind."""
    parts = Path(path).parts
    return not _LEFT_BEHIND & set(parts) and not parts[-1].startswith(".") and not parts[-1].endswith(("~", ".tmp"))


def name(path: str) -> str:
    """Return a path as it is seen from the current folder."""
    file = Path(path)
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else path
