"""A process that goes along with a stack: forwards its ports, or follows its logs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil

from environments.reaper import MARK

_PROJECT = Path(__file__).parents[1]


def accompany(folder: Path, module: str, *arguments: str) -> psutil.Process:
    """Start a module of the project beside a stack, and return its process, which is for the stack's reaper to hold.

    `folder`: the stack's, whose name is its id; what the process says is in `<last part of the module>.log` there. It
    carries the stack's mark, hears nothing of the terminal, and runs on when whoever started it has ended.
    """
    with (folder / f"{module.rpartition('.')[2]}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=_PROJECT,
            env={**os.environ, MARK: folder.name},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return psutil.Process(process.pid)
