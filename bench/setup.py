"""The first set-up from nothing: a clone of HEAD, with every cache empty. Fetches about 2 GB and builds for minutes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from bench.command import timed
from bench.machine import PROJECT
from bench.rows import Row
from bench.stand import Bench
from environments.local.provision.store import stamp_of

_SECONDS = 600.0
_MEGABYTES = 2500.0


def measure(bench: Bench) -> list[Row]:
    """Clone, `make boot`, `make setup`, once; each part's stamp says how long it took, the others beside it.

    A uv or a Go of the machine that is new enough is used, as it is for every user who has one.
    """
    root = bench.folder / "setup"
    clone, cache = root / "clone", root / "cache"
    root.mkdir()
    env = {name: value for name, value in bench.env.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    env |= {"XDG_CACHE_HOME": str(cache), "UV_CACHE_DIR": str(cache / "uv"), "PIP_NO_CACHE_DIR": "1"}
    timed(["git", "clone", "--quiet", str(PROJECT), str(clone)], root, env)
    boot = timed(["make", "boot"], clone, env).seconds
    rest = timed(["make", "setup"], clone, env).seconds
    return [
        Row("first set-up from nothing", boot + rest, "s", _SECONDS),
        Row("  uv, and what the set-up itself needs", boot, "s", note=f"{_megabytes(clone / '.boot'):.0f} MB"),
        *(_part(folder) for folder in (clone / ".venv", *sorted(cache.glob("*/parts/*")))),
        Row("what the set-up leaves, uv's cache with it", _megabytes(root), "MB", _MEGABYTES),
    ]


def _part(folder: Path) -> Row:
    stamp = stamp_of(folder)
    return Row(f"  {stamp['name']} {stamp['version']}", stamp["seconds"], "s", note=f"{_megabytes(folder):.0f} MB")


def _megabytes(folder: Path) -> float:
    """Return the disk that a folder takes; a file that is linked to (from uv's cache) counts once."""
    sizes: dict[tuple[int, int], int] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                stat = os.lstat(os.path.join(place, name))
                sizes[stat.st_dev, stat.st_ino] = stat.st_blocks * 512
    return sum(sizes.values()) / 1e6
