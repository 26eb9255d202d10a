"""Runs the commands of recipes: output goes to a log, its last line to the progress, a failure to an error."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from environments.local.provision.bootstrap import trusting
from environments.local.provision.progress import Shown
from environments.local.provision.store import cache_folder
from harness.errors import ProvisionError

_LAST_LINES = 15
_GRACE = 10.0  # seconds between SIGTERM and SIGKILL


class Stopped(ProvisionError):
    """The work was ended before it was done, by Ctrl-C or because another part failed."""

    def __init__(self) -> None:
        super().__init__("the set-up was stopped", next_step="run it again: what was fetched so far is kept")


class Commands:
    """The commands of one provisioning, each in a process group of its own, that can all be ended at once."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def run(self, part: str, command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> None:
        """Run a command of a part to its end, with further environment variables.

        Raises ProvisionError with the command and its last lines when it fails, Stopped when it was ended by `stop`.
        """
        log = cache_folder() / "logs" / f"{part}.log"
        log.parent.mkdir(exist_ok=True)
        last: deque[str] = deque(maxlen=_LAST_LINES)
        process = self._start(part, command, cwd, {**os.environ, **trusting(), **(env or {})})
        try:
            with process, log.open("w") as written:
                assert process.stdout is not None
                for line in process.stdout:
                    written.write(line)
                    if line.strip():
                        last.append(line.rstrip())
                        self.shown.say(part, line)
        finally:
            with self._lock:
                self._running.discard(process)
        if self._stopped:
            raise Stopped
        if process.returncode:
            raise ProvisionError(
                f"{part} could not be made",
                expected=f"exit status 0 of: {' '.join(command)}",
                actual=f"exit status {process.returncode}",
                evidence="\n".join(last),
                next_step=f"its whole output: {log}\nrun it again: what was fetched so far is kept",
            )

    def stop(self) -> None:
        """End every command that runs, and let no other begin; returns when they have ended."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _signal(process, signal.SIGTERM)
        for process in running:
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)

    def _start(self, part: str, command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[str]:
        with self._lock:
            if self._stopped:
                raise Stopped
            try:
                process = subprocess.Popen(
                    command,
                    cwd=cwd,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    process_group=0,
                )
            except OSError as error:
                raise ProvisionError(f"{part}: {command[0]} cannot be run", actual=str(error)) from None
            self._running.add(process)
            return process


def _signal(process: subprocess.Popen[str], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
