"""Makes a stack of `local`, and runs a job of one again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from environments.lifecycle import begun
from environments.local.effective import endpoints_of, read_platform, write_effective
from environments.local.external import External, externals
from environments.local.plan import Plan, project_of
from environments.local.ports import choose_ports
from environments.local.process import ProcessSpec
from environments.local.provision import provision
from environments.local.provision.progress import Shown
from environments.local.secrets import make_secrets, write_secrets
from environments.local.start import Starter
from environments.local.workloads import catalog_init, declare
from environments.reaper import Reaper
from environments.stacks import check_space
from harness.settings import Settings
from harness.stack import Stack, WorkloadState

Arrange = Callable[[Sequence[ProcessSpec]], Sequence[ProcessSpec]]


def rerun(stack: Stack, workload: str) -> None:
    """Run a job of a stack again, to its end; raises StartError when it fails, KeyError for one that is no job."""
    job = {"catalog-init": catalog_init.job}[workload]
    secrets = json.loads(stack.secrets_file.read_text())
    reaper = Reaper(stack.folder)
    try:
        starter = Starter(stack.id, stack.folder, reaper.hold, lambda name, text, last: None)
        starter.start(
            [
                replace(
                    job(stack.platform_file, secrets, project_of(stack.made_from or stack.platform_file)), requires=()
                )
            ]
        )
    finally:
        reaper.close()


def start(settings: Settings, digest: str, arrange: Arrange = lambda specs: specs) -> tuple[Stack, Reaper]:
    """Start a new stack, and return it with the connection to its reaper, on which it depends.

    `arrange` may give the workloads that are declared another order of start. Raises EnvironmentFailure.
    """
    started = time.monotonic()
    check_space()
    secrets = make_secrets()
    external = externals(settings, secrets)
    given = [server.check() for server in external]
    parts = provision()
    if settings.object_store == "localstack":
        parts = provision(["localstack"])
    ports = choose_ports(settings.fixed_ports, frozenset(server.name for server in external))
    with begun() as (folder, reaper):
        addresses = {server.name: server.url for server in external}
        endpoints = endpoints_of(ports, addresses.get("polaris"), addresses.get("marquez"))
        platform_file = folder / "platform.yaml"
        write_effective(read_platform(settings.platform), endpoints, platform_file)
        write_secrets(secrets, folder / "secrets.json")
        project = project_of(settings.platform)
        plan = Plan(
            platform_file, folder, parts, endpoints, ports, secrets, settings.object_store, settings.scale, project
        )
        stack = Stack(
            id=folder.name,
            environment="local",
            folder=folder,
            platform_file=platform_file,
            made_from=settings.platform.resolve(),
            scale=settings.scale,
            digest=digest,
            endpoints=endpoints,
            workloads=[*_start_workloads(plan, external, reaper, arrange), *given],
            secrets_file=folder / "secrets.json",
            start_seconds=round(time.monotonic() - started, 2),
        )
        stack.save()
    return stack, reaper


def _start_workloads(plan: Plan, external: list[External], reaper: Reaper, arrange: Arrange) -> list[WorkloadState]:
    specs = arrange(declare(plan, without=frozenset(server.name for server in external)))
    with Shown() as shown:
        return Starter(plan.folder.name, plan.folder, reaper.hold, shown.tell).start(specs)
