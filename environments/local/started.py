"""How each process of a stack was started, written down, so that one that has died can be started again as it was."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_FOLDER = "started"


@dataclass(frozen=True)
class Started:
    """How a process was started, and the ports of its own that it listens to."""

    command: list[str]
    env: dict[str, str]
    cwd: str
    log: Path
    ports: tuple[int, ...]


def write_started(folder: Path, name: str, started: Started) -> None:
    """Write it into a stack's folder, for its user alone (0600): the variables carry secrets."""
    target = folder / _FOLDER
    target.mkdir(mode=0o700, exist_ok=True)
    file = os.open(target / f"{name}.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w") as output:
        json.dump(asdict(started), output, default=str)


def read_started(folder: Path, name: str) -> Started:
    """Return what was written; raises OSError where nothing was."""
    told = json.loads((folder / _FOLDER / f"{name}.json").read_text())
    return Started(told["command"], told["env"], told["cwd"], Path(told["log"]), tuple(told["ports"]))
