"""Starts a stack's reaper, and talks to it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

SOCKET = "reaper"  # below the stack's folder, which only its user can enter
LOG = "reaper.log"
DELAY = 10.0  # seconds that nobody has been connected, before the stack goes
_LIMIT = 10.0  # seconds until a new reaper must answer
_POLL = 0.02  # seconds between two tries
_PROJECT = Path(__file__).parents[2]


class Reaper:
    """A client's connection to a stack's reaper; the stack stays for as long as it is open."""

    def __init__(self, folder: Path) -> None:
        """Connect to the reaper of the stack in `folder`; raises OSError when there is none."""
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(folder / SOCKET))
        except OSError:
            self._socket.close()
            raise

    @classmethod
    def start(cls, folder: Path, stack_id: str, delay: float = DELAY) -> Reaper:
        """Start the reaper of a new stack, in a session of its own, and connect to it.

        `delay`: seconds that it waits after the last client has gone. Raises OSError with the reaper's own words when
        it does not answer.
        """
        command = [sys.executable, "-m", "environments.reaper", str(folder), stack_id, str(delay)]
        with (folder / LOG).open("w") as log:
            process = subprocess.Popen(
                command, cwd=_PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        late = time.monotonic() + _LIMIT
        while True:
            try:
                return cls(folder)
            except OSError as error:
                if process.poll() is not None or time.monotonic() > late:
                    said = (folder / LOG).read_text().strip().rsplit("\n", 1)[-1]
                    process.kill()
                    raise OSError(f"the reaper did not start: {said or error}") from None
                time.sleep(_POLL)

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


def end_stack(folder: Path) -> None:
    """Let the reaper of a stack end it, and return when it has gone; raises OSError when there is no reaper."""
    reaper = Reaper(folder)
    try:
        reaper.down()
    finally:
        reaper.close()
