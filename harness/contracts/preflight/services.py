"""Services, ports, probes: names resolve, and what is asked is opened."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import (
    preflight,
)
from harness.contracts.registry import Case
from harness.platform.problem import one_of
from harness.workloads import Container, Deployment, Probe, Service, Workload, subject
from harness.workloads.shapes import whole

# Ports that a part opens besides those that its manifest may declare.
_OPENED = {
    "catalog": (8181, 8182),
    "object-store": (4566, 8333, 9000, 9333),
    "trace-store": (4317, 4318, 13133, 14269, 16685, 16686),
    "lineage-store": (5000, 5001, 3000),
    "database": (5432,),
    "semantic-layer": (4000, 15432),
}


def _opened(deployment: Deployment, workload: Workload, container: Container) -> set[int]:
    """Return the ports that a container is known to open."""
    ports = {port.number for port in container.ports}
    ports |= set(_OPENED.get(workload.component or "", ()))
    variables = deployment.variables(workload, container).values()
    ports |= {n for v in variables if v.name.endswith("PORT") and (n := whole(v.value)) is not None}
    return ports | {n for word in container.script.replace("=", "\n").split() if (n := whole(word)) is not None}


def _each_probe(deployment: Deployment) -> Iterator[Case]:
    for workload, container in deployment.containers():
        for probe in container.probes:
            if probe.port is not None and container.ports:
                params = {"workload": workload, "container": container, "probe": probe}
                yield Case(f"{subject(workload, container)}/{probe.kind}Probe", params, probe.location)


@preflight(
    "probe.port-open",
    promise="A probe asks a port that its container opens.",
    mend="name the port of the container's list",
    each=_each_probe,
)
def probe_port_open(deployment: Deployment, workload: Workload, container: Container, probe: Probe) -> None:
    names = [port.name for port in container.ports if port.name]
    wrong = (
        probe.port not in names
        if isinstance(probe.port, str)
        else probe.port not in _opened(deployment, workload, container)
    )
    if wrong:
        raise Breach(
            f"the {probe.kind} probe of {container.name} asks a port that is not open",
            expected=one_of(f"{p.name} ({p.number})" if p.name else str(p.number) for p in container.ports),
            actual=str(probe.port),
        )


def _each_served(deployment: Deployment) -> Iterator[Case]:
    """Yield what stays up and is selected by a Service, where such workloads usually have a readiness probe."""
    served: dict[int, tuple[Workload, Service]] = {}
    told: set[int] = set()
    for service in deployment.objects.services:
        selected = deployment.selected(service)
        if id(selected) not in told:
            told.add(id(selected))
            served |= {id(workload): (workload, service) for workload in selected if workload.long_running}
    probed = sum(_is_probed(workload) for workload, _ in served.values())
    if 2 * probed >= len(served):  # a deployment that has none at all may be made ready in another way
        for workload, service in served.values():
            yield Case(subject(workload), {"workload": workload, "service": service}, workload.location)


def _is_probed(workload: Workload) -> bool:
    return any(probe.kind == "readiness" for container in workload.main for probe in container.probes)


@preflight(
    "service.readiness-probed",
    promise="A workload behind a Service has a readiness probe.",
    mend="add a readinessProbe: without one a pod gets requests before it can answer",
    each=_each_served,
)
def readiness_probed(deployment: Deployment, workload: Workload, service: Service) -> None:
    if not _is_probed(workload):
        raise Breach(
            f"{workload.name} is behind the Service {service.name} and has no readiness probe",
            expected="a readinessProbe",
            actual="none",
        )


def _each_service(deployment: Deployment) -> Iterator[Case]:
    for service in deployment.objects.services:
        if service.selector and not service.external and deployment.workloads:
            yield Case(f"service/{service.name}", {"service": service}, service.location)


@preflight(
    "service.selects-a-pod",
    promise="Every Service with a selector selects a pod.",
    mend="make the Service's selector and the pod template's labels the same",
    each=_each_service,
)
def selects_a_pod(deployment: Deployment, service: Service) -> None:
    if deployment.selected(service):
        return
    near = [w for label in service.selector.items() for w in deployment.labelled(label, service.namespace)[:1]]
    said = f"; nearest: {near[0].name} with {_labels(near[0].labels)}" if near else ""
    raise Breach(
        f"Service {service.name} selects no pod",
        expected=f"a pod with {_labels(service.selector)}",
        actual=f"none has them{said}",
    )


def _each_led(deployment: Deployment) -> Iterator[Case]:
    """Yield every Service with the ports that all of its pods open; those of one selector share them."""
    opened: dict[int, tuple[set[str | int], Workload] | None] = {}
    for case in _each_service(deployment):
        selected = deployment.selected(case.params["service"])
        if id(selected) not in opened:
            told = [workload for workload in selected if any(container.ports for container in workload.main)]
            ports = [_names_and_numbers(deployment, workload) for workload in told]
            opened[id(selected)] = (set.intersection(*ports), told[0]) if ports else None
        if shared := opened[id(selected)]:
            yield Case(case.subject, {**case.params, "opened": shared[0], "workload": shared[1]}, case.location)


def _names_and_numbers(deployment: Deployment, workload: Workload) -> set[str | int]:
    names: set[str | int] = {port.name for container in workload.main for port in container.ports if port.name}
    return names.union(*(_opened(deployment, workload, container) for container in workload.main))


@preflight(
    "service.target-port-open",
    promise="Every port of a Service leads to a port that its pods open.",
    requires=("service.selects-a-pod",),
    mend="set targetPort to a port of the container",
    each=_each_led,
)
def target_port_open(deployment: Deployment, service: Service, opened: set[str | int], workload: Workload) -> None:
    for port in service.ports:
        if port.target not in opened:
            every = [p for container in workload.main for p in container.ports]
            raise Breach(
                f"port {port.number} of Service {service.name} leads to a port that {workload.name} does not open",
                expected=one_of(f"{p.name} ({p.number})" if p.name else str(p.number) for p in every),
                actual=f"targetPort {port.target}",
            )


def _labels(labels: object) -> str:
    return ", ".join(f"{key}={value}" for key, value in dict(labels).items())  # type: ignore[call-overload]
