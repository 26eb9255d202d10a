"""Runs one command of a recipe: its output goes to a log, its last line to the progress, its end to an error."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from environments.local.provision.progress import Shown
from harness.errors import ProvisionError

_LAST_LINES = 15


def run(part: str, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path, shown: Shown) -> None:
    """Run a command to its end; raises ProvisionError with the command and its last lines when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    last: deque[str] = deque(maxlen=_LAST_LINES)
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise ProvisionError(f"{part}: {command[0]} cannot be run", actual=str(error)) from None
    with process, log.open("w") as written:
        assert process.stdout is not None
        for line in process.stdout:
            written.write(line)
            if line.strip():
                last.append(line.rstrip())
                shown.say(part, line)
    if process.returncode:
        raise ProvisionError(
            f"{part} could not be made",
            expected=f"exit status 0 of: {' '.join(command)}",
            actual=f"exit status {process.returncode}",
            evidence="\n".join(last),
            next_step=f"see {log}; run the same command again: what was fetched so far is kept",
        )
