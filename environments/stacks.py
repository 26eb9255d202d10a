"""Where stacks lie, and which of them are up."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from environments.reaper.client import SOCKET
from harness.errors import EnvironmentFailure
from harness.stack import Stack

_SOCKET_PATH = 104  # bytes that a unix socket's path may have, its closing zero with them, on the strictest system
_ID_BYTES = 4
_MEGABYTES = 500  # what a stack may write
_BEING_MADE = 60.0  # seconds in which a new stack's reaper must have come up


def stacks_folder() -> Path:
    """Return the folder of this user's stacks, below TMPDIR, or below /tmp where a socket's path would be too long.

    Others may pass through it (the database runs as `nobody` when root starts it), but see nothing in it. Raises
    EnvironmentFailure when somebody else has taken the name.
    """
    folder = Path(tempfile.gettempdir()).resolve() / f"floe-{os.getuid()}"
    if len(os.fsencode(folder / ("0" * 2 * _ID_BYTES) / SOCKET)) >= _SOCKET_PATH:
        folder = Path("/tmp").resolve() / folder.name  # noqa: S108 - its owner is looked at below
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise EnvironmentFailure(
            f"{folder} belongs to another user", next_step="remove it, or set TMPDIR to a folder of your own"
        )
    folder.chmod(0o711)
    return folder


def check_space() -> None:
    """Raise EnvironmentFailure when the disk has no room for a stack."""
    folder = stacks_folder()
    free = shutil.disk_usage(folder).free // 2**20
    if free < _MEGABYTES:
        raise EnvironmentFailure(
            "not enough disk for a stack",
            expected=f"{_MEGABYTES} MB free at {folder}",
            actual=f"{free} MB",
            next_step="make room, or set TMPDIR to a folder on a larger disk",
        )


def new_folder() -> Path:
    """Make the folder of a new stack; its name is the stack's id."""
    folder = stacks_folder() / secrets.token_hex(_ID_BYTES)
    folder.mkdir(mode=0o700)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    (folder / "logs").mkdir(mode=0o700)
    return folder


def find() -> list[Stack]:
    """Return the stacks that are written down, whole or not, oldest first."""
    return sorted(_read_all(), key=lambda stack: stack.folder.stat().st_mtime)


def _read_all() -> Iterator[Stack]:
    for file in stacks_folder().glob("*/stack.json"):
        try:
            yield Stack.read(file)
        except (OSError, ValidationError):
            continue


def abandoned() -> list[Path]:
    """Return the folders of stacks whose reaper is gone; one that is being made is none of them."""
    return [file.parent for file in stacks_folder().glob("*/logs") if _has_no_reaper(file.parent)]


def _has_no_reaper(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / SOCKET))
        except ConnectionRefusedError:
            return True
        except FileNotFoundError:
            return folder.exists() and time.time() - folder.stat().st_mtime > _BEING_MADE
        except OSError:
            return False
    return False


def save_logs(folder: Path) -> Path:
    """Copy the logs of a stack that is to go, in place of those of an earlier one, and return where they are."""
    target = stacks_folder() / "failed"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700)
    for log in (folder / "logs").iterdir():
        shutil.copyfile(log, target / log.name)
    return target
