"""Starts a stack's reaper, and talks to it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

SOCKET = "reaper"  # below the stack's folder, which only its user can enter
DELAY = 10.0  # seconds that nobody has been connected, before the stack goes
_PROJECT = Path(__file__).parents[2]


class Reaper:
    """A client's connection to a stack's reaper; the stack stays for as long as it is open."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._socket = _connect(folder / SOCKET)

    @classmethod
    def start(cls, folder: Path, stack_id: str, delay: float = DELAY) -> Reaper:
        """Start the reaper of a new stack, in a session of its own, and connect to it."""
        command = [sys.executable, "-m", "environments.reaper", str(folder), stack_id, str(delay)]
        with (folder / "reaper.log").open("w") as log:
            subprocess.Popen(
                command, cwd=_PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        return cls(folder)

    def hold(self, process: psutil.Process) -> None:
        """Let the reaper end a process with the stack."""
        self._ask(f"process {process.pid} {process.create_time()}")

    def keep(self, value: bool) -> None:
        """Leave the stack up (or no longer) when the last client has gone."""
        self._ask(f"keep {int(value)}")

    def down(self) -> None:
        """End the stack now, and return when it has gone."""
        self._ask("down")

    def close(self) -> None:
        """Let go of the stack."""
        self._socket.close()

    def _ask(self, line: str) -> None:
        with self._lock:
            self._socket.sendall(f"{line}\n".encode())
            answer = self._socket.recv(100)
        if answer not in (b"ok\n", b""):
            raise RuntimeError(f"the reaper answered {answer!r} to {line!r}")


@retry(
    retry=retry_if_exception_type((FileNotFoundError, ConnectionRefusedError)),
    stop=stop_after_delay(10),
    wait=wait_fixed(0.02),
    reraise=True,
)
def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def end_stack(folder: Path) -> None:
    """Let the reaper of a stack end it, and return when it has gone."""
    Reaper(folder).down()
