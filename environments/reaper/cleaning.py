"""Ends the processes of a stack, removes what it has outside of this machine, and its folder."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from environments.reaper import outside

MARK = "FLOE_HARNESS_STACK"  # environment variable of every process of a stack; its value is the stack's id
_GRACE = 3.0  # seconds between SIGTERM and SIGKILL; the data goes with the stack, so nothing needs longer
_POLL = 0.05  # seconds between two looks


def clean(stack_id: str, registered: Iterable[tuple[int, float]], folder: Path) -> list[str]:
    """End what was registered as (pid, creation time), latest first, then what carries the mark; remove the rest.

    The folder goes last, and stays for another try where something outside could not be removed. Returns a line for
    each thing removed.
    """
    processes: dict[int, psutil.Process] = {}
    for pid, created in reversed(list(registered)):
        for process in _group(pid, created):
            processes.setdefault(process.pid, process)
    for process in _marked(stack_id):
        processes.setdefault(process.pid, process)
    lines = [f"ended {pid} {_name(process)}" for pid, process in processes.items()]
    sockets = {path for process in processes.values() for path in _sockets(process)}
    _end(list(processes.values()))
    _end(list(_marked(stack_id)))  # what those started while they ended
    for path in sockets:  # some programs put theirs into /tmp whatever they are told (SeaweedFS)
        with suppress(OSError):
            path.unlink()
    others, gone = outside.remove(folder, stack_id)
    if not gone:
        (folder / "stack.json").unlink(missing_ok=True)  # it is up no more
        return [*lines, *others]
    shutil.rmtree(folder, ignore_errors=True)
    return [*lines, *others, f"removed {folder}"]


def _group(pid: int, created: float) -> Iterator[psutil.Process]:
    """Yield a process and its descendants, unless the pid belongs to another process by now."""
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - created) < 1:
            yield process
            yield from process.children(recursive=True)
    except psutil.Error:
        return


def _marked(stack_id: str) -> Iterator[psutil.Process]:
    me = psutil.Process().pid
    for process in psutil.process_iter():
        try:
            if process.pid != me and process.environ().get(MARK) == stack_id:
                yield process
        except (psutil.Error, OSError):
            continue


def _sockets(process: psutil.Process) -> Iterator[Path]:
    """Yield the socket files that a process listens at."""
    try:
        addresses = {str(connection.laddr) for connection in process.net_connections("unix") if connection.laddr}
    except (psutil.Error, OSError):
        return
    yield from (
        path for path in (Path(str(address)) for address in addresses) if path.is_absolute() and path.is_socket()
    )


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return "(gone)"


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.terminate()
        except psutil.Error:
            continue
    alive = _await_end(processes)
    for process in alive:
        try:
            process.kill()
        except psutil.Error:
            continue
    _await_end(alive)


def _await_end(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Wait until all have ended, at most for the grace; return those that run on.

    `psutil.wait_procs` would wait for a zombie until its parent has fetched its status, which may be never.
    """
    late = time.monotonic() + _GRACE
    while (running := [process for process in processes if _runs(process)]) and time.monotonic() < late:
        time.sleep(_POLL)
    return running


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
