"""Starts workloads along what they require, side by side; the first that dies or is late ends the start.

The same for processes, containers and whatever else a workload runs as: what is theirs is to launch one, and to say
whether it has ended.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from environments.ready import Ready
from harness.errors import StartError
from harness.stack import Kind, WorkloadState

_LAST_LINES = 20

Say = Callable[[str, str, bool], None]  # a workload's name, the latest word on it, and whether it is the last


class Spec(Protocol):
    """What is to be started; a `job` runs to its end, and exit status 0 is its readiness."""

    @property
    def name(self) -> str: ...
    @property
    def component(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def version(self) -> str: ...
    @property
    def requires(self) -> tuple[str, ...]: ...
    @property
    def ready(self) -> Ready | None: ...
    @property
    def job(self) -> bool: ...


class Launched(Protocol):
    """One that was started."""

    @property
    def log(self) -> Path: ...

    def ended(self) -> str | None:
        """Return None while it runs, `""` when it has ended well, else how it has ended, in words."""
        ...

    def last_lines(self, count: int) -> str:
        """Return the last lines of what it has written."""
        ...

    def state(self) -> Mapping[str, Any]:
        """Return the fields of its WorkloadState that say what it runs as."""
        ...


S = TypeVar("S", bound=Spec)


class Starting(Generic[S]):
    """One start of the workloads of a stack.

    `launch`: starts one, raises StartError. `poll`: seconds between two looks at a condition.
    """

    def __init__(self, launch: Callable[[S], Launched], say: Say, poll: float = 0.1) -> None:
        self._launch = launch
        self._say = say
        self._poll = poll
        self._abandoned = threading.Event()
        self._ready: list[tuple[S, Launched]] = []

    def start(self, specs: Sequence[S]) -> list[WorkloadState]:
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
            done, pending = wait(futures, timeout=self._poll, return_when=FIRST_EXCEPTION)
            waiting = bool(pending)
            for spec, launched in self._ready:  # asked first: it may be why another failed
                if (how := launched.ended()) is not None:
                    raise _died(spec, launched, "died after it was ready", how)
            for future in done:
                future.result()

    def _start_one(self, spec: S, ready: dict[str, threading.Event]) -> WorkloadState:
        for name in spec.requires:
            while name in ready and not ready[name].wait(self._poll):
                if self._abandoned.is_set():
                    raise _Abandoned
        begun = time.monotonic()
        launched = self._launch(spec)
        self._say(spec.name, "started", False)
        state = WorkloadState(
            name=spec.name,
            component=spec.component,
            kind=spec.kind,
            version=spec.version,
            log=launched.log,
            **({} if spec.job else launched.state()),
        )
        if spec.job:
            self._await_end(spec, launched)
            state.ready_by = "it ran to its end"
        elif spec.ready is not None:
            self._await_ready(spec, spec.ready, launched)
            state.ready_by = spec.ready.fact
        if not spec.job:
            self._ready.append((spec, launched))
        state.ready_seconds = round(time.monotonic() - begun, 2)
        self._say(spec.name, f"ready after {state.ready_seconds:.1f} s: {state.ready_by}", True)
        ready[spec.name].set()
        return state

    def _await_end(self, spec: S, launched: Launched) -> None:
        while (how := launched.ended()) is None:
            self._pause()
        if how:
            raise _died(spec, launched, "failed", how)

    def _await_ready(self, spec: S, ready: Ready, launched: Launched) -> None:
        late, seen = time.monotonic() + ready.limit, "nothing yet"
        while time.monotonic() < late:
            found = ready.look()
            if (how := launched.ended()) is not None:
                raise _died(spec, launched, "died while it started", how)
            if found is None:
                return
            seen = found
            self._pause()
        raise StartError(
            f"{spec.name} was not ready within {ready.limit:.0f} s",
            expected=ready.fact,
            actual=seen,
            evidence=launched.last_lines(_LAST_LINES),
            next_step=f"its whole log: {launched.log}",
        )

    def _pause(self) -> None:
        if self._abandoned.wait(self._poll):
            raise _Abandoned


class _Abandoned(StartError):
    def __init__(self) -> None:
        super().__init__("the start was abandoned")


def _died(spec: Spec, launched: Launched, what: str, how: str) -> StartError:
    return StartError(
        f"{spec.name} {what}",
        expected="exit status 0" if spec.job else spec.ready.fact if spec.ready else "it runs",
        actual=how or "it ended by itself, with exit status 0",
        evidence=launched.last_lines(_LAST_LINES),
        next_step=f"its whole log: {launched.log}",
    )
