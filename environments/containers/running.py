"""Makes a stack of containers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from environments.companion import accompany
from environments.containers import removal
from environments.containers.images import build, pull
from environments.containers.launch import WORKLOAD, launch, make_network
from environments.containers.plan import PLATFORM, ContainerPlan
from environments.containers.ryuk import allow_ryuk
from environments.containers.specs import ContainerSpec, declare, images_of
from environments.lifecycle import begun
from environments.local.effective import read_platform, write_effective
from environments.local.ports import choose_ports
from environments.local.provision.progress import Shown
from environments.local.secrets import make_secrets, write_secrets
from environments.reaper import Reaper, outside
from environments.stacks import check_space
from environments.starting import Starting
from harness.errors import StartError, UsageError
from harness.settings import Settings
from harness.stack import Stack, WorkloadState
from harness.systems.engine import connect, find_engine

_POLL = 0.3  # seconds between two looks at a container

Arrange = Callable[[Sequence[ContainerSpec]], list[ContainerSpec]]


def start(settings: Settings, digest: str, arrange: Arrange = list) -> tuple[Stack, Reaper]:
    """Start a new stack of containers, and return it with the connection to its reaper, on which it depends.

    `arrange`: may leave workloads away, or change what is declared. Raises EnvironmentFailure: no engine, an image that
    cannot be had, a workload that does not start.
    """
    started = time.monotonic()
    _check(settings)
    check_space()
    address = find_engine()
    engine = connect(address)
    build(engine, images_of(settings.images))
    ports, secrets = choose_ports(settings.fixed_ports), make_secrets()
    with begun() as (folder, reaper):
        plan = ContainerPlan(folder, address, settings.images, ports, secrets, settings.scale)
        specs = arrange(declare(plan))
        pull(engine, {spec.image for spec in specs if not spec.own})
        allow_ryuk(engine, keep=settings.keep)
        outside.hold(folder, "containers", address)
        write_effective(read_platform(settings.platform), plan.inside, folder / PLATFORM)
        write_secrets(secrets, folder / "secrets.json")
        plan.save()
        reaper.hold(accompany(folder, "environments.containers.follow", address, plan.id, str(folder / "logs")))
        make_network(plan)
        try:
            states = start_all(plan, specs)
        except StartError:
            _save_logs(plan)
            raise
        stack = Stack(
            id=plan.id,
            environment="containers",
            folder=folder,
            platform_file=folder / PLATFORM,
            made_from=settings.platform.resolve(),
            scale=settings.scale,
            digest=digest,
            endpoints=plan.outside,
            workloads=states,
            secrets_file=folder / "secrets.json",
            start_seconds=round(time.monotonic() - started, 2),
        )
        stack.save()
    return stack, reaper


def start_all(plan: ContainerPlan, specs: list[ContainerSpec]) -> list[WorkloadState]:
    """Start containers along what they require, showing how far they are; raises StartError."""
    with Shown() as shown:
        return Starting[ContainerSpec](lambda spec: launch(plan, spec), shown.tell, _POLL).start(specs)


def _check(settings: Settings) -> None:
    for name in ("polaris_url", "marquez_url"):
        if getattr(settings, name):
            raise UsageError(
                f"setting {name!r} is not for containers, whose network has no way to this machine",
                next_step="--env=local takes it",
            )
    if settings.images == "built" and settings.object_store == "localstack":
        raise UsageError(
            "the object store that is built here is SeaweedFS",
            next_step="--images=official runs LocalStack, as --env=local --object-store=localstack does",
        )


def _save_logs(plan: ContainerPlan) -> None:
    """Write the whole logs of a start that failed: what follows them may be some lines behind."""
    engine = connect(plan.engine)
    mine: dict[str, str | list[str] | bool] = {"label": f"{removal.MARK}={plan.id}"}
    for container in engine.containers.list(all=True, filters=mine, ignore_removed=True):
        (plan.folder / "logs" / f"{container.labels[WORKLOAD]}.log").write_bytes(container.logs())
