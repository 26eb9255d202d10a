"""Makes missing parts side by side, each behind those that it requires and under a lock of its own."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path

from filelock import FileLock, Timeout

from environments.local.provision.command import Commands, Stopped
from environments.local.provision.kinds import MAKE
from environments.local.provision.progress import Shown
from environments.local.provision.recipe import Recipe
from environments.local.provision.store import cache_folder, folder_of, put_stamp, state_of
from harness.errors import ProvisionError

_STILL = 5.0  # seconds between two looks at what has been silent


def make_all(missing: Sequence[Recipe], shown: Shown) -> None:
    """Make parts, given in an order in which each stands behind those that it requires.

    Raises ProvisionError for the first that could not be made; what was under way is ended, and resumed next time.
    """
    _check_space(missing)
    commands = Commands(shown)
    futures: dict[str, Future[None]] = {}
    with ThreadPoolExecutor(max(1, len(missing)), thread_name_prefix="part") as pool:
        for recipe in missing:
            before = [futures[name] for name in recipe.requires if name in futures]
            futures[recipe.name] = pool.submit(_make, recipe, before, commands)
        try:
            while wait(futures.values(), timeout=_STILL, return_when=FIRST_EXCEPTION).not_done:
                if any(future.done() and future.exception() for future in futures.values()):
                    break
                shown.still()
        finally:
            commands.stop()
    errors = [error for future in futures.values() if (error := future.exception()) is not None]
    for error in sorted(errors, key=lambda error: isinstance(error, Stopped)):
        raise error


def _make(recipe: Recipe, before: Sequence[Future[None]], commands: Commands) -> None:
    """Make one part after those that it requires, unless another run has made it meanwhile."""
    for future in before:
        if future.exception() is not None:
            raise Stopped
    folder, name, shown = folder_of(recipe), recipe.name, commands.shown
    with _lock(folder, name, commands):
        if state_of(recipe) == "there":
            shown.say(name, "made by another run", done=True)
            return
        begun = time.monotonic()
        shown.say(name, f"{recipe.title} {recipe.version}: begun", always=True)
        try:
            if recipe.kind == "python-env":
                MAKE[recipe.kind](recipe, folder, commands)
                put_stamp(recipe, folder, time.monotonic() - begun)
            else:
                _make_aside(recipe, folder, commands, begun)
        except OSError as error:
            shown.say(name, "failed", done=True)
            raise ProvisionError(f"{name} could not be made", actual=str(error)) from None
        except ProvisionError as error:
            shown.say(name, "stopped" if isinstance(error, Stopped) else "failed", done=True)
            raise
        shown.say(name, f"ready after {time.monotonic() - begun:.0f} s", done=True)


def _make_aside(recipe: Recipe, folder: Path, commands: Commands, begun: float) -> None:
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    MAKE[recipe.kind](recipe, partial, commands)
    put_stamp(recipe, partial, time.monotonic() - begun)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _lock(folder: Path, name: str, commands: Commands) -> FileLock:
    """Return the lock of a part's folder, held; says so when another run holds it. Raises Stopped."""
    locks = cache_folder() / "locks"
    locks.mkdir(exist_ok=True)
    lock = FileLock(locks / f"{name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        commands.shown.say(name, "another run is making it: waiting", always=True)
        try:
            lock.acquire(cancel_check=lambda: commands.stopped)
        except Timeout:
            raise Stopped from None
    return lock


def _check_space(missing: Sequence[Recipe]) -> None:
    """Raise ProvisionError when the disks have no room for what is missing."""
    needed: dict[int, int] = defaultdict(int)
    place: dict[int, Path] = {}
    for recipe in missing:
        folder = folder_of(recipe) if recipe.kind == "python-env" else cache_folder()
        device = folder.stat().st_dev
        needed[device] += recipe.megabytes + recipe.building_megabytes
        place.setdefault(device, folder)
    for device, folder in place.items():
        free = shutil.disk_usage(folder).free // 2**20
        if free < needed[device]:
            raise ProvisionError(
                "not enough disk for the parts",
                expected=f"{needed[device]} MB free at {folder}",
                actual=f"{free} MB",
                next_step="make room, or set XDG_CACHE_HOME to a folder on a larger disk",
            )
