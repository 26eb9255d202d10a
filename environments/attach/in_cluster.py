"""A platform that runs already in a cluster: its workloads, the Services that lead to them, and its own Secrets."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from environments.attach.answers import FACT
from environments.attach.cluster import Cluster, enter
from environments.attach.forwards import Forwards
from environments.attach.found import Found
from environments.attach.permission import LABEL
from environments.attach.rights import ALL
from environments.attach.services import find_services
from environments.kind.tools import check_tools
from environments.local.ports import choose_ports
from environments.local.secrets import variable_of
from harness import stack as names
from harness.errors import UsageError
from harness.platform import Platform, read_platform
from harness.settings import Settings
from harness.stack import WorkloadState
from harness.workloads import Deployment, Workload
from harness.workloads.model import LONG_RUNNING


def find_in_cluster(settings: Settings, platform: Platform) -> Found:
    """Return the platform of a namespace; raises UsageError, or EnvironmentFailure that names what is missing."""
    check_tools(["kubectl"])
    cluster = enter(settings.context, settings.namespace)
    cluster.require(ALL)
    production = cluster.labels().get(LABEL) == "true"
    deployment = deployed(cluster, settings)
    services = find_services(deployment)
    free = choose_ports(fixed=False).values()
    here = dict(zip(services, free, strict=False))
    return Found(
        name=cluster.name,
        production=production,
        endpoints={name: _address(name, port, platform) for name, port in here.items()},
        workloads=tuple(map(_state, filter(_goes_on, deployment.workloads))),
        secret=_secrets(cluster, deployment),
        forwards=Forwards(
            context=cluster.context,
            namespace=cluster.namespace,
            ports={port: services[name] for name, port in here.items()},
        ),
    )


def deployed(cluster: Cluster, settings: Settings) -> Deployment:
    """Return what runs in the namespace, as far as it was read: Jobs that have ended may be gone."""
    return Deployment(cluster.read(), read_platform(settings.platform))


def _address(name: str, port: int, platform: Platform) -> str:
    if name != names.DATABASE:
        return f"http://127.0.0.1:{port}"
    said = platform.infrastructure.get("network", {}).get("database", "")
    parts = urlsplit(said if isinstance(said, str) else "")
    if not parts.username or not parts.path.strip("/"):
        raise UsageError(
            "the database's user and name are not known",
            expected="infrastructure.network.database of platform.yaml: postgresql://user@host:port/database",
        )
    return f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"


def _goes_on(workload: Workload) -> bool:
    """Return whether a workload is a part of the platform that goes on running: no job, no run of the orchestrator."""
    return workload.kind in LONG_RUNNING and workload.origin == "cluster" and workload.component is not None


def _state(workload: Workload) -> WorkloadState:
    images = (container.image for container in workload.containers if not container.init)
    return WorkloadState(
        name=workload.name,
        component=str(workload.component),
        kind="external",
        version=next(images, None) or "",
        ready_by=FACT,
    )


def _secrets(cluster: Cluster, deployment: Deployment) -> Callable[[str], str | None]:
    """Return what reads a secret from the Secret that a workload is given it from."""
    places: dict[str, tuple[str, str]] = {}
    for _, container in deployment.containers():
        for variable in container.variables:
            if variable.ref is not None and variable.ref.kind == "Secret" and variable.ref.key:
                place = (variable.ref.name, variable.ref.key)
                # Under the name that the platform's conventions give it, or that the Secret and its key make.
                places.setdefault(variable.name, place)
                places.setdefault(variable_of("-".join(place)), place)

    def ask(ref: str) -> str | None:
        place = places.get(variable_of(ref))
        return cluster.secret(*place) if place else None

    return ask
