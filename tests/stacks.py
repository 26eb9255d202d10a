"""A stack for tests of what is done with one; nothing of it runs."""

from pathlib import Path
from typing import Any

from harness.stack import Stack


def a_stack(folder: Path, **given: Any) -> Stack:
    """Return a stack of `local` in a folder; `given`: fields that are to be otherwise."""
    usual = {
        "id": folder.name,
        "environment": "local",
        "platform_file": folder / "platform.yaml",
        "digest": "",
        "endpoints": {},
        "workloads": [],
        "secrets_file": folder / "secrets.json",
    }
    return Stack(folder=folder, **{**usual, **given})
