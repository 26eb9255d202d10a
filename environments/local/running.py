"""A stack of `local`: made, handed out, reused, ended."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from environments.local.effective import endpoints_of, read_platform, write_effective
from environments.local.plan import Plan
from environments.local.ports import choose_ports
from environments.local.provision import provision
from environments.local.provision.progress import Shown
from environments.local.secrets import make_secrets, write_secrets
from environments.local.stacks import digest_of, find, new_folder, stacks_folder
from environments.local.start import Starter
from environments.local.workloads import declare
from environments.reaper import Reaper, end_stack
from harness.errors import EnvironmentFailure
from harness.liveness import dead_workloads
from harness.platform import load_platform
from harness.settings import Settings
from harness.stack import Stack, WorkloadState

__all__ = ["down", "find", "rerun", "running"]

_PLAN = "plan.json"
_MEGABYTES = 500  # what a stack may write


@contextmanager
def running(settings: Settings) -> Iterator[Stack]:
    """Hand out a stack that is up, reused when one was kept that is the same, and let go of it at the end."""
    load_platform(settings.platform)  # a mistake in it is told before anything is fetched
    with FileLock(stacks_folder() / "lock"):
        stack, reaper = _reuse(settings) or _start(settings)
    try:
        reaper.keep(settings.keep or stack.keep)
        if settings.keep and not stack.keep:
            stack.keep = True
            stack.save()
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
        from environments.reaper.cleaning import clean

        processes = [(w.pid, w.created) for w in stack.workloads if w.pid is not None and w.created is not None]
        clean(stack.id, processes, stack.folder)


def _reuse(settings: Settings) -> tuple[Stack, Reaper] | None:
    digest = digest_of(settings)
    for stack in find():
        if not stack.keep:
            continue
        if stack.digest == digest and not dead_workloads(stack):
            return stack, Reaper(stack.folder)
        if stack.platform_file.parent == stack.folder and dead_workloads(stack):
            down(stack)
    return None


def _start(settings: Settings) -> tuple[Stack, Reaper]:
    begun = time.monotonic()
    _check_space()
    parts = provision()
    if settings.object_store == "localstack":
        parts = provision(["localstack"])
    folder = new_folder()
    reaper = Reaper.start(folder, folder.name)
    try:
        ports, secrets = choose_ports(settings.fixed_ports), make_secrets()
        endpoints = endpoints_of(ports, settings.polaris_url, settings.marquez_url)
        platform_file = folder / "platform.yaml"
        write_effective(read_platform(settings.platform), endpoints, platform_file)
        write_secrets(secrets, folder / "secrets.json")
        plan = Plan(platform_file, folder, parts, endpoints, ports, secrets, settings.object_store, settings.scale)
        specs = declare(plan, without=_replaced(settings))
        (folder / _PLAN).write_text(json.dumps({"ports": ports, "object_store": settings.object_store}))
        with Shown() as shown:
            starter = Starter(folder.name, folder, reaper.hold, lambda name, text: shown.say(name, text, always=True))
            workloads = starter.start(specs)
        stack = Stack(
            id=folder.name,
            environment="local",
            folder=folder,
            platform_file=platform_file,
            digest=digest_of(settings),
            endpoints=endpoints,
            workloads=[*workloads, *_external(settings)],
            secrets_file=folder / "secrets.json",
            start_seconds=round(time.monotonic() - begun, 2),
        )
        stack.save()
    except BaseException:
        reaper.down()
        reaper.close()
        raise
    return stack, reaper


def rerun(stack: Stack, workload: str) -> None:
    """Run a job of a stack again, to its end; raises StartError when it fails, KeyError for one that is no job."""
    written = json.loads((stack.folder / _PLAN).read_text())
    secrets = json.loads(stack.secrets_file.read_text())
    plan = Plan(
        stack.platform_file,
        stack.folder,
        provision(),
        stack.endpoints,
        written["ports"],
        secrets,
        written["object_store"],
    )
    job = {spec.name: spec for spec in declare(plan) if spec.job}[workload]
    reaper = Reaper(stack.folder)
    try:
        Starter(stack.id, stack.folder, reaper.hold, lambda name, text: None).start([job])
    finally:
        reaper.close()


def _replaced(settings: Settings) -> frozenset[str]:
    given = {"polaris": settings.polaris_url, "marquez": settings.marquez_url}
    return frozenset(name for name, url in given.items() if url)


def _external(settings: Settings) -> list[WorkloadState]:
    components = {"polaris": "catalog", "marquez": "lineage-store"}
    return [
        WorkloadState(name=name, component=components[name], kind="external", ready_by="given by its address")
        for name in sorted(_replaced(settings))
    ]


def _check_space() -> None:
    folder: Path = stacks_folder()
    free = shutil.disk_usage(folder).free // 2**20
    if free < _MEGABYTES:
        raise EnvironmentFailure(
            "not enough disk for a stack",
            expected=f"{_MEGABYTES} MB free at {folder}",
            actual=f"{free} MB",
            next_step="make room, or set TMPDIR to a folder on a larger disk",
        )
