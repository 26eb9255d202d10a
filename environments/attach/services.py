"""Where in a namespace the parts of a platform are reached: by component, and by well-known ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness import stack as names
from harness.errors import UsageError
from harness.workloads import Deployment, Service, Workload
from harness.workloads.components import component_of


@dataclass(frozen=True)
class Sought:
    """A part of the platform that has an endpoint.

    `ports`: numbers and names of a Service's port, the surest first. `words`: one of them is in the Service's name, or
    (`unlike`) none is. `bare`: it seldom has a Service, and its Deployment will do.
    """

    component: str
    ports: tuple[int | str, ...]
    words: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    optional: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Place:
    """What kubectl forwards to: a Service or a Deployment, with its ports (number, name)."""

    kind: str
    name: str
    component: str | None
    ports: tuple[tuple[int, str | None], ...]


_WORKER = ("refresh", "worker")
SOUGHT: Mapping[str, Sought] = {
    names.OBJECT_STORE: Sought("object-store", (4566, 9000, 8333, "s3", "edge", "http")),
    names.CATALOG: Sought("catalog", (8181, "http", "polaris-http")),
    names.CATALOG_HEALTH: Sought("catalog", (8182, "management", "polaris-mgmt"), optional=True),
    names.ORCHESTRATOR: Sought("orchestrator", (3000, 80, "http"), unlike=("code", "daemon")),
    names.SEMANTIC_LAYER: Sought("semantic-layer", (4000, "http"), unlike=_WORKER),
    names.SEMANTIC_REFRESH: Sought("semantic-layer", (4000, 4001, "http"), words=_WORKER, bare=True),
    names.TRACE_STORE: Sought("trace-store", (16686, "query", "http-query")),
    names.OTLP_HTTP: Sought("trace-store", (4318, "otlp-http")),
    names.OTLP_GRPC: Sought("trace-store", (4317, "otlp-grpc"), optional=True),
    names.LINEAGE_STORE: Sought("lineage-store", (5000, 80, "http")),
    names.DATABASE: Sought("database", (5432, "sql", "postgresql", "tcp-postgresql")),
}


def find_services(deployment: Deployment) -> dict[str, tuple[str, int]]:
    """Return endpoint -> what leads to it (`service/name`, or `deployment/name` where no Service does), and its port.

    Raises UsageError for the parts that nothing leads to.
    """
    services = [_of_service(deployment, service) for service in deployment.objects.services]
    found = {
        name: _best(sought, services) or (_best(sought, _deployments(deployment, sought)) if sought.bare else None)
        for name, sought in SOUGHT.items()
    }
    missing = [name for name, place in found.items() if place is None and not SOUGHT[name].optional]
    if missing:
        raise UsageError(
            "parts of the platform were not found",
            expected="\n".join(_in_words(name) for name in missing),
            actual=", ".join(sorted(f"{place.name} ({place.component})" for place in services)) or "no Service",
            next_step="--namespace names another; or write an endpoints file: --endpoints FILE",
        )
    return {name: place for name, place in found.items() if place is not None}


def _best(sought: Sought, places: list[Place]) -> tuple[str, int] | None:
    ranked = [
        (rank, len(place.name), place.name, f"{place.kind}/{place.name}", number)
        for place in places
        if place.component == sought.component and _is_called(place.name, sought)
        for number, name in place.ports
        for rank, known in enumerate(sought.ports)
        if known in (number, name)
    ]
    # Of several the one with the shortest name: others are `-headless`.
    return min(ranked)[3:] if ranked else None


def _is_called(name: str, sought: Sought) -> bool:
    has = any(word in name for word in sought.words)
    return (has or not sought.words) and not any(word in name for word in sought.unlike)


def _of_service(deployment: Deployment, service: Service) -> Place:
    """Return a Service as a place; its component is that of what it selects, else it tells by its name."""
    selected = (workload.component for workload in deployment.selected(service) if workload.component)
    component = next(selected, None) or component_of(service.name, service.selector, ())
    return Place("service", service.name, component, tuple((port.number, port.name) for port in service.ports))


def _deployments(deployment: Deployment, sought: Sought) -> list[Place]:
    """Return the Deployments as places; a port that is not declared is open all the same, the usual one."""
    usual = ((int(sought.ports[0]), None),)

    def ports(workload: Workload) -> tuple[tuple[int, str | None], ...]:
        return tuple((port.number, port.name) for container in workload.containers for port in container.ports)

    return [
        Place("deployment", workload.name, workload.component, ports(workload) or usual)
        for workload in deployment.workloads
        if workload.kind == "Deployment"
    ]


def _in_words(name: str) -> str:
    sought = SOUGHT[name]
    ports = ", ".join(map(str, sought.ports))
    return f"{name}: a Service of component {sought.component} with port {ports}"
