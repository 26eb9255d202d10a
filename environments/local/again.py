"""Ends a workload of a stack that is up, starts it with other variables, and brings it back as it was."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping

import psutil

from environments.local.settling import settle
from environments.local.started import Started, read_started
from environments.reaper import Reaper
from harness.errors import StartError
from harness.liveness import alive
from harness.stack import Stack
from harness.wait import NotYet, wait_for

_LIMIT = 90.0  # seconds until a workload listens again
_GRACE = 10.0  # seconds until it has ended


def changed(stack: Stack, workload: str, variables: Mapping[str, str | None] | None) -> Callable[[], None]:
    """End a workload and, where `variables` are given, start it with them on top (None: without it).

    Returns a function that brings it back as it was. Both return when it listens and has answered, rightly or not. One
    that had ended before, and was started as it was made, is ended. Raises StartError for one that is no process of the
    stack, or that does not come up.
    """
    ran = _runs(stack, workload)
    before = _started(stack, workload) if ran else _written(stack, workload)
    _end(stack, workload)
    if variables is not None:
        kept = {name: value for name, value in before.env.items() if variables.get(name, value) is not None}
        _start(stack, workload, before, kept | {name: value for name, value in variables.items() if value is not None})

    def back() -> None:
        _end(stack, workload)
        if ran:
            _start(stack, workload, before, before.env)

    return back


def _process(stack: Stack, workload: str) -> psutil.Process:
    state = stack.workload(workload)
    if state.pid is None:
        raise _no_process(workload)
    return psutil.Process(state.pid)


def _runs(stack: Stack, workload: str) -> bool:
    state = stack.workload(workload)
    if state.pid is None:
        raise _no_process(workload)
    return alive(state)


def _no_process(workload: str) -> StartError:
    return StartError(f"{workload} is no process of this stack")


def _written(stack: Stack, workload: str) -> Started:
    try:
        return read_started(stack.folder, workload)
    except OSError as error:
        raise StartError(f"{workload} does not run, and how it was started is not known", actual=str(error)) from None


def _started(stack: Stack, workload: str) -> Started:
    try:
        process = _process(stack, workload)
        log = stack.workload(workload).log
        assert log is not None
        return Started(process.cmdline(), process.environ(), process.cwd(), log, tuple(_ports(process)))
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
    if not _runs(stack, workload):
        return
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


def _start(stack: Stack, workload: str, before: Started, env: Mapping[str, str]) -> None:
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
        missing = set(before.ports) - set(_ports(running))
        if missing:
            raise NotYet(f"not yet on {sorted(missing)}")

    wait_for(f"{workload} listens as before", listens, _LIMIT)
    if process.poll() is None:
        settle(stack, workload, env)
