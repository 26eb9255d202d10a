"""The life of a stack, the same in every environment: made or used again, handed out, let go of, ended."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from environments.environment import Environment
from environments.made_from import code_of, digest_of
from environments.reaper import Reaper, end_stack
from environments.reaper.cleaning import clean
from environments.stacks import abandoned, find, new_folder, save_logs, stacks_folder
from harness.errors import EnvironmentFailure, StartError
from harness.liveness import dead_workloads
from harness.platform import load_platform
from harness.settings import Settings
from harness.stack import Stack


@contextmanager
def running(settings: Settings, environment: Environment) -> Iterator[Stack]:
    """Hand out a stack that is up, and let go of it at the end.

    One that was kept and is the same is used again, with the platform's code as it is now.
    """
    load_platform(settings.platform)  # a mistake in it is told before anything is fetched
    digest, code = digest_of(settings, environment.CODE), code_of(settings, environment.CODE)
    with _one_at_a_time():
        sweep()
        stack, reaper = _reuse(digest) or environment.start(settings, digest)
        try:  # before the next one looks for a stack that is kept
            reaper.keep(settings.keep or stack.keep)
            _take_over(environment, stack, code)
            stack.keep = settings.keep or stack.keep
            stack.save()
        except BaseException:
            reaper.close()
            raise
    try:
        yield stack
        if not stack.keep:
            reaper.down()
    finally:
        reaper.close()


@contextmanager
def begun() -> Iterator[tuple[Path, Reaper]]:
    """Make the folder of a new stack and its reaper; where the block fails, all that the stack has made goes again.

    A StartError is told where the whole logs are kept.
    """
    folder = new_folder()
    reaper = _start_reaper(folder)
    try:
        yield folder, reaper
    except BaseException as error:
        if isinstance(error, StartError):
            error.next_step = f"the whole logs: {save_logs(folder)}"
        reaper.down()
        reaper.close()
        raise


@contextmanager
def at_risk(stack: Stack) -> Iterator[None]:
    """Change a stack in the block, and undo it there: one whose process is killed meanwhile goes with it, kept or not.

    Nobody else is given the stack meanwhile.
    """
    reaper = Reaper(stack.folder)
    kept, stack.keep = stack.keep, False
    try:
        stack.save()
        reaper.keep(False)
        yield
        reaper.keep(kept)
        stack.keep = kept
        stack.save()
    finally:
        stack.keep = kept
        reaper.close()


def down(stack: Stack) -> None:
    """End a stack, and return when nothing of it is left."""
    try:
        end_stack(stack.folder)
    except OSError:  # its reaper was killed: do its work
        clean(stack.id, _processes(stack), stack.folder)
    if stack.folder.exists():
        raise EnvironmentFailure(
            f"stack {stack.id} is not removed whole",
            actual="what it has outside of this machine could not be reached",
            next_step="harness down tries it again",
        )


def _processes(stack: Stack) -> list[tuple[int, float]]:
    return [(w.pid, w.created) for w in stack.workloads if w.pid is not None and w.created is not None]


def sweep() -> list[str]:
    """Remove what is left of stacks whose reaper was killed too, and return their ids.

    One of which something stays is told of, and is left to the next sweep.
    """
    removed = []
    written = {stack.id: stack for stack in find()}
    for folder in abandoned():
        lines = clean(folder.name, _processes(written[folder.name]) if folder.name in written else [], folder)
        if folder.exists():
            print(f"stack {folder.name} is not removed: {lines[-1]}", file=sys.stderr, flush=True)
        else:
            removed.append(folder.name)
    return removed


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one start at a time look for a stack and make one: two that ask for the same get the same."""
    lock = FileLock(stacks_folder() / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another start is under way; waiting for it", file=sys.stderr, flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _reuse(digest: str) -> tuple[Stack, Reaper] | None:
    for stack in (stack for stack in find() if stack.keep):
        if dead := dead_workloads(stack):
            print(f"stack {stack.id} was kept, but {', '.join(dead)} died: removing it", file=sys.stderr, flush=True)
            with suppress(EnvironmentFailure):  # the next sweep tries it again
                down(stack)
        elif stack.digest == digest:
            return stack, Reaper(stack.folder)
        else:
            print(
                f"stack {stack.id} is kept too, made from something else; `harness down {stack.id}` ends it",
                file=sys.stderr,
                flush=True,
            )
    return None


def _take_over(environment: Environment, stack: Stack, code: dict[str, str]) -> None:
    """Give a stack that was used again the code that has changed since."""
    if stack.code and (replaced := [part for part in environment.CODE if stack.code.get(part) != code[part]]):
        environment.take_over(stack, replaced)
    stack.code = code


def _start_reaper(folder: Path) -> Reaper:
    try:
        return Reaper.start(folder, folder.name)
    except OSError as error:
        clean(folder.name, [], folder)
        raise EnvironmentFailure("the stack's clean-up could not be prepared", actual=str(error)) from None
