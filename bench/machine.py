"""What the figures were taken on: a figure without it says nothing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import time
from pathlib import Path

import psutil

PROJECT = Path(__file__).parents[1]


def machine() -> dict[str, str]:
    """Return date, cores, memory, load, versions and commit, in words."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "cores": str(cores()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "pytest": importlib.metadata.version("pytest"),
        "commit": _commit(),
    }


def cores() -> int:
    """Return how many cores this process may use."""
    return len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else os.cpu_count() or 1


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"
