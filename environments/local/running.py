"""A stack of `local`: made, handed out, reused, ended."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from filelock import FileLock, Timeout

from environments.local.effective import endpoints_of, read_platform, write_effective
from environments.local.external import External, externals
from environments.local.made_from import code_of, digest_of
from environments.local.plan import Plan
from environments.local.ports import choose_ports
from environments.local.process import ProcessSpec
from environments.local.provision import provision
from environments.local.provision.progress import Shown
from environments.local.reload import take_over
from environments.local.secrets import make_secrets, write_secrets
from environments.local.stacks import abandoned, check_space, find, new_folder, save_logs, stacks_folder
from environments.local.start import Starter
from environments.local.workloads import catalog_init, declare
from environments.reaper import Reaper, end_stack
from environments.reaper.cleaning import clean
from harness.errors import EnvironmentFailure, StartError
from harness.liveness import dead_workloads
from harness.platform import load_platform
from harness.settings import Settings
from harness.stack import Stack, WorkloadState

__all__ = ["down", "find", "rerun", "running", "start", "sweep"]

Arrange = Callable[[Sequence[ProcessSpec]], Sequence[ProcessSpec]]


@contextmanager
def running(settings: Settings) -> Iterator[Stack]:
    """Hand out a stack that is up, reused when one was kept that is the same, and let go of it at the end."""
    load_platform(settings.platform)  # a mistake in it is told before anything is fetched
    digest = digest_of(settings)
    with _one_at_a_time():
        sweep()
        stack, reaper = _reuse(settings, digest) or start(settings, digest)
        try:  # before the next one looks for a stack that is kept
            reaper.keep(settings.keep or stack.keep)
            if settings.keep and not stack.keep:
                stack.keep = True
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


def down(stack: Stack) -> None:
    """End a stack, and return when nothing of it is left."""
    try:
        end_stack(stack.folder)
    except OSError:  # its reaper was killed: do its work
        processes = [(w.pid, w.created) for w in stack.workloads if w.pid is not None and w.created is not None]
        clean(stack.id, processes, stack.folder)


def sweep() -> list[str]:
    """Remove what is left of stacks whose reaper was killed too, and return their ids."""
    folders = abandoned()
    written = {stack.id: stack for stack in find()}
    for folder in folders:
        if folder.name in written:
            down(written[folder.name])
        else:
            clean(folder.name, [], folder)
    return [folder.name for folder in folders]


def rerun(stack: Stack, workload: str) -> None:
    """Run a job of a stack again, to its end; raises StartError when it fails, KeyError for one that is no job."""
    job = {"catalog-init": catalog_init.job}[workload]
    secrets = json.loads(stack.secrets_file.read_text())
    reaper = Reaper(stack.folder)
    try:
        starter = Starter(stack.id, stack.folder, reaper.hold, lambda name, text, last: None)
        starter.start([replace(job(stack.platform_file, secrets), requires=())])
    finally:
        reaper.close()


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


def _reuse(settings: Settings, digest: str) -> tuple[Stack, Reaper] | None:
    for stack in (stack for stack in find() if stack.keep):
        if dead := dead_workloads(stack):
            print(f"stack {stack.id} was kept, but {', '.join(dead)} died: removing it", file=sys.stderr, flush=True)
            down(stack)
        elif stack.digest == digest:
            take_over(stack, code_of(settings))
            return stack, Reaper(stack.folder)
        else:
            print(
                f"stack {stack.id} is kept too, made from something else; `harness down {stack.id}` ends it",
                file=sys.stderr,
                flush=True,
            )
    return None


def start(settings: Settings, digest: str, arrange: Arrange = lambda specs: specs) -> tuple[Stack, Reaper]:
    """Start a new stack, and return it with the connection to its reaper, on which it depends.

    `arrange` may give the workloads that are declared another order of start. Raises EnvironmentFailure.
    """
    begun = time.monotonic()
    code = code_of(settings)  # before anything reads it
    check_space()
    secrets = make_secrets()
    external = externals(settings, secrets)
    given = [server.check() for server in external]
    parts = provision()
    if settings.object_store == "localstack":
        parts = provision(["localstack"])
    ports = choose_ports(settings.fixed_ports, frozenset(server.name for server in external))
    folder = new_folder()
    reaper = _start_reaper(folder.name)
    try:
        addresses = {server.name: server.url for server in external}
        endpoints = endpoints_of(ports, addresses.get("polaris"), addresses.get("marquez"))
        platform_file = folder / "platform.yaml"
        write_effective(read_platform(settings.platform), endpoints, platform_file)
        write_secrets(secrets, folder / "secrets.json")
        plan = Plan(platform_file, folder, parts, endpoints, ports, secrets, settings.object_store, settings.scale)
        stack = Stack(
            id=folder.name,
            environment="local",
            folder=folder,
            platform_file=platform_file,
            made_from=settings.platform.resolve(),
            scale=settings.scale,
            digest=digest,
            code=code,
            endpoints=endpoints,
            workloads=[*_start_workloads(plan, external, reaper, arrange), *given],
            secrets_file=folder / "secrets.json",
            start_seconds=round(time.monotonic() - begun, 2),
        )
        stack.save()
    except BaseException as error:
        if isinstance(error, StartError):
            error.next_step = f"the whole logs: {save_logs(folder)}"
        reaper.down()
        reaper.close()
        raise
    return stack, reaper


def _start_reaper(stack_id: str) -> Reaper:
    try:
        return Reaper.start(stacks_folder() / stack_id, stack_id)
    except OSError as error:
        clean(stack_id, [], stacks_folder() / stack_id)
        raise EnvironmentFailure("the stack's clean-up could not be prepared", actual=str(error)) from None


def _start_workloads(plan: Plan, external: list[External], reaper: Reaper, arrange: Arrange) -> list[WorkloadState]:
    specs = arrange(declare(plan, without=frozenset(server.name for server in external)))
    with Shown() as shown:

        def say(name: str, text: str, last: bool) -> None:
            shown.say(name, text, done=last, always=True)

        return Starter(plan.folder.name, plan.folder, reaper.hold, say).start(specs)
