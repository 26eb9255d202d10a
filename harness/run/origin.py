"""Where a run comes from: commit, machine, and digests of what it was made from."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from pathlib import Path

import psutil

from harness.code_files import code_files
from harness.run.model import Git, Machine


def git_of(folder: Path) -> Git | None:
    """Return the commit of the working tree that a folder is in; None where it is in none, or there is no git."""
    try:
        commit = _git(folder, "rev-parse", "HEAD").strip()
        return Git(commit=commit, dirty=bool(_git(folder, "status", "--porcelain").strip()))
    except (OSError, subprocess.SubprocessError):
        return None


def machine() -> Machine:
    """Return what this machine is; its name and its user are nobody's business."""
    return Machine(
        system=platform.system(),
        release=platform.release(),
        architecture=platform.machine(),
        cpus=os.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        python=platform.python_version(),
    )


def digest_of_file(file: Path) -> str:
    """Return the SHA-256 of a file; empty where it cannot be read."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return ""


def digest_of_folder(folder: Path) -> str:
    """Return the SHA-256 over names and contents of a folder's files, without what is generated there."""
    digest = hashlib.sha256()
    for within in code_files(folder):
        digest.update(f"{within.as_posix()}\0{digest_of_file(folder / within)}\n".encode())
    return digest.hexdigest()


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
