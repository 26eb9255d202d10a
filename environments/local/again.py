"""Ends a workload of a stack that is up, starts it with other variables, and brings it back as it was."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from environments.reaper import Reaper
from harness.errors import StartError
from harness.stack import Stack
from harness.wait import NotYet, wait_for

_LIMIT = 90.0  # seconds until a workload listens again
_GRACE = 10.0  # seconds until it has ended


@dataclass(frozen=True)
class _Started:
    """How a process was started, and the ports of its own that it listens to."""

    command: list[str]
    env: dict[str, str]
    cwd: str
    log: Path
    ports: frozenset[int]


def changed(stack: Stack, workload: str, variables: Mapping[str, str | None] | None) -> Callable[[], None]:
    """End a workload and, where `variables` are given, start it with them on top (None: without it).

    Returns a function that brings it back as it was, and returns when it listens again. Raises StartError for one that
    is no process of the stack, or that does not come up.
    """
    before = _started(stack, workload)
    _end(stack, workload)
    if variables is not None:
        kept = {name: value for name, value in before.env.items() if variables.get(name, value) is not None}
        _start(stack, workload, before, kept | {name: value for name, value in variables.items() if value is not None})

    def back() -> None:
        _end(stack, workload)
        _start(stack, workload, before, before.env)

    return back


def _process(stack: Stack, workload: str) -> psutil.Process:
    state = stack.workload(workload)
    if state.pid is None:
        raise StartError(f"{workload} is no process of this stack")
    return psutil.Process(state.pid)


def _started(stack: Stack, workload: str) -> _Started:
    try:
        process = _process(stack, workload)
        log = stack.workload(workload).log
        assert log is not None
        return _Started(process.cmdline(), process.environ(), process.cwd(), log, frozenset(_ports(process)))
    except psutil.Error as error:
        raise StartError(f"{workload} does not run", actual=str(error)) from None


def _tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _ports(process: psutil.Process) -> Iterator[int]:
    for each in _tree(process):
        for connection in each.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN:
                yield connection.laddr.port


def _end(stack: Stack, workload: str) -> None:
    try:
        tree = _tree(_process(stack, workload))
    except psutil.NoSuchProcess:
        return
    for process in tree:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(tree, timeout=_GRACE)


def _start(stack: Stack, workload: str, before: _Started, env: Mapping[str, str]) -> None:
    with before.log.open("ab") as output:
        process = subprocess.Popen(
            before.command,
            cwd=before.cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = psutil.Process(process.pid)
    reaper = Reaper(stack.folder)
    try:
        reaper.hold(running)
    finally:
        reaper.close()
    state = stack.workload(workload)
    state.pid, state.created = process.pid, running.create_time()
    stack.save()

    def listens() -> None:
        if process.poll() is not None:
            return  # it has ended: that is for who asked to find out
        missing = before.ports - set(_ports(running))
        if missing:
            raise NotYet(f"not yet on {sorted(missing)}")

    wait_for(f"{workload} listens as before", listens, _LIMIT)
