"""Starts workloads along what they require, side by side; the first that dies or is late ends the start."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

import psutil

from environments.local.process import ProcessSpec
from environments.local.started import Started, write_started
from environments.reaper import MARK
from harness.errors import StartError
from harness.stack import WorkloadState

_POLL = 0.1  # seconds between two looks at a condition
_LAST_LINES = 20
_PASSED_ON = ("PATH", "LANG", "TZ", "SSL_CERT_FILE")

Say = Callable[[str, str, bool], None]  # a workload's name, the latest word on it, and whether it is the last


class Starter:
    """Starts the workloads of one stack."""

    def __init__(self, stack_id: str, folder: Path, hold: Callable[[psutil.Process], None], say: Say) -> None:
        self._stack_id = stack_id
        self._folder = folder
        self._hold = hold
        self._say = say
        self._abandoned = threading.Event()
        self._ready: list[tuple[ProcessSpec, subprocess.Popen[bytes], Path]] = []

    def start(self, specs: Sequence[ProcessSpec]) -> list[WorkloadState]:
        """Start every workload, and return their states in the order given.

        Raises StartError for the first that failed, with its last lines; the others are abandoned where they are.
        """
        ready = {spec.name: threading.Event() for spec in specs}
        with ThreadPoolExecutor(max(1, len(specs)), thread_name_prefix="start") as pool:
            try:  # Ctrl-C may come before all are submitted: what waits for those that never will be must be let go
                self._watch(futures := [pool.submit(self._start_one, spec, ready) for spec in specs])
            except BaseException:
                self._abandoned.set()
                raise
        return [future.result() for future in futures]

    def _watch(self, futures: Sequence[Future[WorkloadState]]) -> None:
        """Return when all are ready; raises for the first that failed, or that died after it was ready."""
        waiting = True
        while waiting:
            done, pending = wait(futures, timeout=_POLL, return_when=FIRST_EXCEPTION)
            waiting = bool(pending)
            for spec, process, log in self._ready:  # asked first: it may be why another failed
                if process.poll() is not None:
                    raise _died(spec, process, log, "died after it was ready")
            for future in done:
                future.result()

    def _start_one(self, spec: ProcessSpec, ready: dict[str, threading.Event]) -> WorkloadState:
        for name in spec.requires:
            while name in ready and not ready[name].wait(_POLL):
                if self._abandoned.is_set():
                    raise _Abandoned
        begun = time.monotonic()
        process, log = self._launch(spec)
        self._say(spec.name, "started", False)
        state = WorkloadState(
            name=spec.name,
            component=spec.component,
            kind=spec.kind,
            version=spec.version,
            pid=None if spec.job else process.pid,
            created=None if spec.job else psutil.Process(process.pid).create_time(),
            log=log,
        )
        if spec.job:
            self._await_end(spec, process, log)
            state.ready_by = "it ran to its end"
        elif spec.ready is not None:
            self._await_ready(spec, process, log)
            state.ready_by = spec.ready.fact
        if not spec.job:
            self._ready.append((spec, process, log))
        state.ready_seconds = round(time.monotonic() - begun, 2)
        self._say(spec.name, f"ready after {state.ready_seconds:.1f} s: {state.ready_by}", True)
        ready[spec.name].set()
        return state

    def _launch(self, spec: ProcessSpec) -> tuple[subprocess.Popen[bytes], Path]:
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
        return process, log

    def _await_end(self, spec: ProcessSpec, process: subprocess.Popen[bytes], log: Path) -> None:
        while process.poll() is None:
            self._pause()
        if process.returncode:
            raise _died(spec, process, log, "failed")

    def _await_ready(self, spec: ProcessSpec, process: subprocess.Popen[bytes], log: Path) -> None:
        assert spec.ready is not None
        late, seen = time.monotonic() + spec.ready.limit, "nothing yet"
        while time.monotonic() < late:
            try:
                found = spec.ready.probe()
            except Exception as error:
                found = f"{type(error).__name__}: {error}"
            if process.poll() is not None:
                raise _died(spec, process, log, "died while it started")
            if found is None:
                return
            seen = found
            self._pause()
        raise StartError(
            f"{spec.name} was not ready within {spec.ready.limit:.0f} s",
            expected=spec.ready.fact,
            actual=seen,
            evidence=last_lines(log),
            next_step=f"its whole log: {log}",
        )

    def _pause(self) -> None:
        if self._abandoned.wait(_POLL):
            raise _Abandoned


class _Abandoned(StartError):
    def __init__(self) -> None:
        super().__init__("the start was abandoned")


def _died(spec: ProcessSpec, process: subprocess.Popen[bytes], log: Path, how: str) -> StartError:
    return StartError(
        f"{spec.name} {how}",
        expected="exit status 0" if spec.job else spec.ready.fact if spec.ready else "a running process",
        actual=_how_it_ended(process.returncode),
        evidence=last_lines(log),
        next_step=f"its whole log: {log}",
    )


def _how_it_ended(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"ended by signal {-status} ({signal.strsignal(-status)})"


def last_lines(log: Path, count: int = _LAST_LINES) -> str:
    """Return the last lines of a log, at most 64 kB of it; bytes that are no text are shown as such."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 65536))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
