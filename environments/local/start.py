"""Starts the workloads of a stack as processes, each in a session of its own, with an environment of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from environments.local.process import ProcessSpec
from environments.local.started import Started, write_started
from environments.reaper import MARK
from environments.starting import Say, Starting
from harness.errors import StartError
from harness.stack import WorkloadState

_PASSED_ON = ("PATH", "LANG", "TZ", "SSL_CERT_FILE")


class Starter:
    """Starts the workloads of one stack."""

    def __init__(self, stack_id: str, folder: Path, hold: Callable[[psutil.Process], None], say: Say) -> None:
        self._stack_id = stack_id
        self._folder = folder
        self._hold = hold
        self._say = say

    def start(self, specs: Sequence[ProcessSpec]) -> list[WorkloadState]:
        """Start every workload, and return their states in the order given.

        Raises StartError for the first that failed, with its last lines; the others are abandoned where they are.
        """
        return Starting(self._launch, self._say).start(specs)

    def _launch(self, spec: ProcessSpec) -> Running:
        home = self._folder / spec.name
        home.mkdir(mode=0o700, exist_ok=True)
        log = self._folder / "logs" / f"{spec.name}.log"
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        own = {"HOME": str(home), "TMPDIR": str(home), "PYTHONUNBUFFERED": "1", MARK: self._stack_id}
        env, cwd = {**passed_on, **own, **spec.env}, spec.cwd or home
        write_started(
            self._folder, spec.name, Started(list(spec.command), env, str(cwd), log, tuple(spec.ports.values()))
        )
        with log.open("ab") as output:
            try:
                process = subprocess.Popen(
                    spec.command,
                    cwd=cwd,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise StartError(f"{spec.name} cannot be run", actual=str(error)) from None
        with suppress(psutil.NoSuchProcess):
            self._hold(psutil.Process(process.pid))
        return Running(process, log)


@dataclass(frozen=True)
class Running:
    """A process that was started."""

    process: subprocess.Popen[bytes]
    log: Path

    def ended(self) -> str | None:
        """Return None while it runs, `""` when its exit status was 0, else how it ended."""
        status = self.process.poll()
        if not status:
            return None if status is None else ""
        return f"exit status {status}" if status > 0 else f"ended by signal {-status} ({signal.strsignal(-status)})"

    def last_lines(self, count: int) -> str:
        """Return the last lines of its log, at most 64 kB of it; bytes that are no text are shown as such."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 65536))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])

    def state(self) -> Mapping[str, Any]:
        """Return its pid and when it was made."""
        return {"pid": self.process.pid, "created": psutil.Process(self.process.pid).create_time()}
