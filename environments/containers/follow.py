"""`python -m environments.containers.follow ENGINE STACK_ID LOGS`: writes what a stack's containers say into its logs.

A process of its own, so that logs go on when a stack is kept; it ends with the stack, or with the engine.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from environments.containers.launch import WORKLOAD
from environments.containers.removal import MARK
from harness.systems.engine import connect

if TYPE_CHECKING:
    from docker import DockerClient

_BACK = 120  # seconds that it looks back for containers that started before it listened


def main() -> None:
    """Follow each container from each of its starts on, until the engine ends the stream of events."""
    address, stack_id, logs = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    engine = connect(address)
    mine = {"type": "container", "event": "start", "label": f"{MARK}={stack_id}"}
    for event in engine.events(since=int(time.time()) - _BACK, filters=mine, decode=True):
        name = event["Actor"]["Attributes"][WORKLOAD]
        at = event["timeNano"] / 1e9
        log = logs / f"{name}.log"
        threading.Thread(target=follow, args=(engine, event["Actor"]["ID"], at, log), daemon=True).start()


def follow(engine: DockerClient, container: str, since: float, log: Path) -> None:
    """Append what a container writes from a moment on, until it ends or is removed."""
    from docker.errors import DockerException

    try:
        stream = engine.api.logs(container, stdout=True, stderr=True, stream=True, follow=True, since=since)
        with log.open("ab", buffering=0) as file:
            for chunk in stream:
                file.write(chunk)
    except (DockerException, OSError):
        return  # it is gone, and its log with it


if __name__ == "__main__":
    main()
