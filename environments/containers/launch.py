"""Starts one container of a stack by testcontainers, marked with the stack's id."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from environments.containers.plan import PLATFORM, ContainerPlan
from environments.containers.removal import MARK
from environments.containers.specs import ContainerSpec
from harness.errors import EnvironmentFailure, StartError
from harness.stack import Container
from harness.systems.engine import connect

if TYPE_CHECKING:
    from docker.models.containers import Container as DockerContainer

WORKLOAD = "floe-harness.workload"  # label of every container of a stack; its value is the workload's name
_PLATFORM_FILE = "/etc/floe/platform.yaml"
_PROCESSES = 2048  # that a container may have
_SIGNALS = 128  # an exit status above it tells of a signal


def client_options(engine: str) -> dict[str, Any]:
    """Return what makes testcontainers talk to an engine, whatever else the machine's environment says."""
    return {"environment": {**os.environ, "DOCKER_HOST": engine}}


def make_network(plan: ContainerPlan) -> None:
    """Make the stack's network; raises EnvironmentFailure when the engine refuses."""
    from docker.errors import APIError
    from testcontainers.core.network import Network

    network = Network(client_options(plan.engine), {"labels": {MARK: plan.id}})
    network.name = plan.network
    try:
        network.create()
    except APIError as error:
        raise EnvironmentFailure("the stack's network could not be made", actual=str(error.explanation)) from None


def launch(plan: ContainerPlan, spec: ContainerSpec) -> Running:
    """Make a container and start it, in place of an earlier one of that workload; raises StartError."""
    from docker.errors import DockerException
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.network import Network

    network = Network(client_options(plan.engine))
    network.name = plan.network
    container = DockerContainer(
        spec.image,
        client_options(plan.engine),
        env=dict(spec.env),
        name=plan.container(spec.name),
        network=network,
        network_aliases=[spec.name],
    )
    # By itself testcontainers publishes ports on every interface.
    container.ports = {f"{inside}/tcp": ("127.0.0.1", outside) for inside, outside in spec.ports.items()}  # type: ignore[misc]
    if spec.command:
        container.with_command(list(spec.command))
    if spec.platform:
        container.with_copy_into_container(plan.folder / PLATFORM, _PLATFORM_FILE)
    container.with_kwargs(
        labels={MARK: plan.id, WORKLOAD: spec.name},
        mem_limit=f"{spec.memory}m",
        memswap_limit=f"{spec.memory}m",
        pids_limit=_PROCESSES,
        security_opt=["no-new-privileges"],
        **({"cap_drop": ["ALL"]} if spec.own else {}),
    )
    try:
        _remove(plan, spec.name)
        container.start()
    except (DockerException, OSError) as error:
        why = getattr(error, "explanation", None) or str(error)
        raise StartError(f"{spec.name} cannot be run", expected=f"a container of {spec.image}", actual=why) from None
    return Running(container.get_wrapped_container(), plan.engine, plan.folder / "logs" / f"{spec.name}.log")


def _remove(plan: ContainerPlan, workload: str) -> None:
    """Remove an earlier container of a workload."""
    from docker.errors import NotFound

    try:
        connect(plan.engine).containers.get(plan.container(workload)).remove(force=True, v=True)
    except NotFound:
        return


@dataclass(frozen=True)
class Running:
    """A container that was started."""

    container: DockerContainer
    engine: str
    log: Path

    def ended(self) -> str | None:
        """Return None while it runs, `""` when its exit status was 0, else how it ended."""
        from docker.errors import DockerException

        try:
            self.container.reload()
        except (DockerException, OSError) as error:
            return f"the engine knows it no more: {error}"
        state = self.container.attrs["State"]
        if state["Running"] or state["Status"] == "created":
            return None
        status = int(state["ExitCode"])
        if state.get("OOMKilled"):
            return "it had no memory left: its limit is too low"
        return f"exit status {status}{' (ended by a signal)' if status > _SIGNALS else ''}" if status else ""

    def last_lines(self, count: int) -> str:
        """Return the last lines that it wrote, from the engine."""
        from docker.errors import DockerException

        try:
            written: bytes = self.container.logs(tail=count)
        except (DockerException, OSError):
            return ""
        return written.decode(errors="replace").strip()

    def state(self) -> Mapping[str, Any]:
        """Return its engine and its id."""
        return {"container": Container(engine=self.engine, id=str(self.container.id))}
