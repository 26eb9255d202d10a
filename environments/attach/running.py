"""Makes a stack of a platform that runs already: it is found and asked, and nothing of it is started or changed."""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path

from environments.attach.answers import FACT, check_answers
from environments.attach.credentials import collect, needed
from environments.attach.endpoints import read_endpoints
from environments.attach.forwards import Forwards, begin
from environments.attach.found import Found
from environments.attach.in_cluster import find_in_cluster
from environments.attach.permission import marked, may_write
from environments.lifecycle import begun
from environments.local.secrets import write_secrets
from environments.reaper import Reaper
from harness.errors import UsageError
from harness.evidence.logs import log_window
from harness.platform import Platform, load_platform
from harness.settings import Settings
from harness.stack import Stack, WorkloadState
from harness.wait import NotYet, wait_for

_FORWARDED = 30.0  # seconds until every forward must stand


def start(settings: Settings, digest: str) -> tuple[Stack, Reaper]:
    """Return a stack of the platform, and the connection to its reaper, which removes the stack's own folder alone.

    Raises UsageError for what the settings or the endpoints file say, for credentials that are missing and for a
    platform that may not be written to; EnvironmentFailure for one that does not answer.
    """
    started = time.monotonic()
    platform = load_platform(settings.platform)
    with begun() as (folder, reaper):
        found = _find(settings, platform)
        may_write(settings, found.name, production=found.production or marked(platform.infrastructure))
        secrets = collect(found.name, needed(platform), found.secret)
        if found.forwards is not None:
            _forward(found.forwards, folder, reaper)
        check_answers(found.name, found.endpoints)
        shutil.copyfile(settings.platform, folder / "platform.yaml")  # its addresses are those that its workloads use
        write_secrets(secrets, folder / "secrets.json")
        stack = Stack(
            id=folder.name,
            environment="attach",
            folder=folder,
            platform_file=folder / "platform.yaml",
            made_from=settings.platform.resolve(),
            scale=settings.scale,
            digest=digest,
            endpoints=dict(found.endpoints),
            workloads=list(found.workloads),
            secrets_file=folder / "secrets.json",
            start_seconds=round(time.monotonic() - started, 2),
            read_only=settings.read_only,
        )
        stack.save()
    return stack, reaper


def _forward(forwards: Forwards, folder: Path, reaper: Reaper) -> None:
    """Begin forwards, and return when each takes a connection; raises EnvironmentFailure with what kubectl says."""
    process = begin(forwards, folder)
    reaper.hold(process)

    def up() -> None:
        for port in forwards.ports:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError as error:
                said = log_window(folder / "forwards.log", lines=3)
                raise NotYet("\n".join([f"{forwards.ports[port][0]}: {error}", *said])) from None

    wait_for("every port is forwarded", up, _FORWARDED)


def _find(settings: Settings, platform: Platform) -> Found:
    in_cluster = settings.context is not None or settings.namespace is not None
    if in_cluster == (settings.endpoints is not None):
        raise UsageError(
            "which platform is meant is said twice" if in_cluster else "which platform is meant is not said",
            expected="--endpoints FILE, or --namespace NAME with --context NAME where it is not the current one",
        )
    if settings.endpoints is None:
        return find_in_cluster(settings, platform)
    said = read_endpoints(settings.endpoints)
    workloads = tuple(
        WorkloadState(name=name, component=each.component, kind="external", version=each.version, ready_by=FACT)
        for name, each in said.workloads.items()
    )
    endpoints = {str(name): url for name, url in said.endpoints.items()}
    return Found(said.name, said.production, endpoints, workloads)
