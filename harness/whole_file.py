"""Writes a file whole or not at all: who reads it meanwhile sees what was there before."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Put `content` into a file; raises OSError, with the file as it was."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    draft.write_bytes(content)
    draft.replace(file)
