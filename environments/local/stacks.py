"""Where stacks lie, and which of them is up and the same as one that is asked for."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from harness.settings import Settings
from harness.stack import Stack

_PROJECT = Path(__file__).parents[2]
_MADE_FROM = ("demo", "environments/local", "uv.lock")
_NOT_CODE = {"__pycache__", "target", "logs", "dbt_packages"}


def stacks_folder() -> Path:
    """Return the folder of this user's stacks: short, since a socket's path may have 104 bytes at most.

    Others may pass through it (the database runs as `nobody` when root starts it), but see nothing in it.
    """
    folder = Path(tempfile.gettempdir()) / f"floe-{os.getuid()}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to another user")
    folder.chmod(0o711)
    return folder


def new_folder() -> Path:
    """Make the folder of a new stack; its name is the stack's id."""
    folder = stacks_folder() / secrets.token_hex(4)
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


def digest_of(settings: Settings) -> str:
    """Return a digest of everything that a stack is made from: platform.yaml, settings, demo and environment code."""
    digest = hashlib.sha256(settings.model_dump_json(exclude={"keep"}).encode())
    digest.update(settings.platform.read_bytes())
    for name in _MADE_FROM:
        root = _PROJECT / name
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and not _NOT_CODE & set(path.parts):
                digest.update(str(path.relative_to(_PROJECT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
