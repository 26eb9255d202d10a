"""`python -m environments.attach.forwards FILE`: keeps ports of this machine forwarded to Services of a cluster.

A process of its own, so that a stack that is kept stays reachable, and a pod may be replaced by another; it ends with
the stack.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
from pydantic import BaseModel

from environments.companion import accompany

_AGAIN = 0.5  # seconds until a forward that has ended is begun again


class Forwards(BaseModel):
    """Ports of this machine, on 127.0.0.1 -> what kubectl forwards to (`service/name`), and its port."""

    context: str
    namespace: str
    ports: dict[int, tuple[str, int]]

    def commands(self) -> list[list[str]]:
        """Return the commands, one for all ports of a Service."""
        pairs: dict[str, list[str]] = {}
        for here, (target, there) in self.ports.items():
            pairs.setdefault(target, []).append(f"{here}:{there}")
        at = ["kubectl", f"--context={self.context}", f"--namespace={self.namespace}"]
        return [[*at, "port-forward", "--address=127.0.0.1", target, *said] for target, said in pairs.items()]


def begin(forwards: Forwards, folder: Path) -> psutil.Process:
    """Start the process that keeps them up, and return it; what kubectl says is in `folder / "forwards.log"`.

    `folder`: of the stack that they are of.
    """
    file = folder / "forwards.json"
    file.write_text(forwards.model_dump_json())
    return accompany(folder, "environments.attach.forwards", str(file))


def main() -> None:
    """Keep all forwards up."""
    forwards = Forwards.model_validate_json(Path(sys.argv[1]).read_text())
    threads = [threading.Thread(target=_keep_up, args=(command,)) for command in forwards.commands()]
    for thread in threads:
        thread.start()


def _keep_up(command: list[str]) -> None:
    while True:
        subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
        time.sleep(_AGAIN)


if __name__ == "__main__":
    main()
