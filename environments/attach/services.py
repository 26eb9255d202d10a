"""Which Services of a namespace lead to which part of the platform: by component, and by well-known ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness import stack as names
from harness.errors import UsageError
from harness.workloads import Deployment, Service
from harness.workloads.components import component_of


@dataclass(frozen=True)
class Sought:
    """A part of the platform that has an endpoint.

    `ports`: numbers and names of a Service's port, the surest first. `words`: one of them is in the Service's name, or
    (`unlike`) none is.
    """

    component: str
    ports: tuple[int | str, ...]
    words: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    optional: bool = False


_WORKER = ("refresh", "worker")
SOUGHT: Mapping[str, Sought] = {
    names.OBJECT_STORE: Sought("object-store", (4566, 9000, 8333, "s3", "edge", "http")),
    names.CATALOG: Sought("catalog", (8181, "http", "polaris-http")),
    names.CATALOG_HEALTH: Sought("catalog", (8182, "management", "polaris-mgmt"), optional=True),
    names.ORCHESTRATOR: Sought("orchestrator", (3000, 80, "http"), unlike=("code", "daemon")),
    names.SEMANTIC_LAYER: Sought("semantic-layer", (4000, "http"), unlike=_WORKER),
    names.SEMANTIC_REFRESH: Sought("semantic-layer", (4000, 4001, "http"), words=_WORKER),
    names.TRACE_STORE: Sought("trace-store", (16686, "query", "http-query")),
    names.OTLP_HTTP: Sought("trace-store", (4318, "otlp-http")),
    names.OTLP_GRPC: Sought("trace-store", (4317, "otlp-grpc"), optional=True),
    names.LINEAGE_STORE: Sought("lineage-store", (5000, 80, "http")),
    names.DATABASE: Sought("database", (5432, "sql", "postgresql", "tcp-postgresql")),
}


def find_services(deployment: Deployment) -> dict[str, tuple[str, int]]:
    """Return endpoint -> the Service that leads to it, and its port; raises UsageError for those that none leads to."""
    components = {service.name: _component(deployment, service) for service in deployment.objects.services}
    found = {name: _best(sought, deployment, components) for name, sought in SOUGHT.items()}
    missing = [name for name, place in found.items() if place is None and not SOUGHT[name].optional]
    if missing:
        raise UsageError(
            "parts of the platform were not found",
            expected="\n".join(_in_words(name) for name in missing),
            actual=", ".join(sorted(f"{name} ({component})" for name, component in components.items())) or "no Service",
            next_step="--namespace names another; or write an endpoints file: --endpoints FILE",
        )
    return {name: place for name, place in found.items() if place is not None}


def _best(sought: Sought, deployment: Deployment, components: Mapping[str, str | None]) -> tuple[str, int] | None:
    ranked = [
        (rank, len(service.name), service.name, port.number)
        for service in deployment.objects.services
        if components[service.name] == sought.component and _is_called(service.name, sought)
        for port in service.ports
        for rank, known in enumerate(sought.ports)
        if known in (port.number, port.name)
    ]
    # Of several the one with the shortest name: others are `-headless`.
    return min(ranked)[2:] if ranked else None


def _is_called(name: str, sought: Sought) -> bool:
    has = any(word in name for word in sought.words)
    return (has or not sought.words) and not any(word in name for word in sought.unlike)


def _component(deployment: Deployment, service: Service) -> str | None:
    """Return the component of what a Service leads to; where that was not read, by what it selects and is called."""
    selected = (workload.component for workload in deployment.selected(service) if workload.component)
    return next(selected, None) or component_of(service.name, service.selector, ())


def _in_words(name: str) -> str:
    sought = SOUGHT[name]
    ports = ", ".join(map(str, sought.ports))
    return f"{name}: a Service of component {sought.component} with port {ports}"
