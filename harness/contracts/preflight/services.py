"""Services, ports, probes: names resolve, and what is asked is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import Seen as Variable
from harness.contracts.preflight.declare import (
    is_whole,
    leads_nowhere,
    platform_endpoints,
    platform_is_read,
    preflight,
    variable_case,
)
from harness.contracts.registry import Case
from harness.platform.problem import did_you_mean, one_of
from harness.workloads import Container, Deployment, Probe, Service, Workload, subject
from harness.workloads.addresses import Address, address_of, service_at, service_name
from harness.workloads.shapes import whole

_NAMES_AN_ADDRESS = re.compile(r"ENDPOINT|UR[IL]|ADDR|HOST|SERVER|BROKER|TARGET")
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
    served = {
        id(workload): (workload, service)
        for service in deployment.objects.services
        for workload in deployment.selected(service)
        if workload.long_running
    }
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
    near = [w for label in service.selector.items() for w in deployment.labelled.get(label, ())]
    said = f"; nearest: {near[0].name} with {_labels(near[0].labels)}" if near else ""
    raise Breach(
        f"Service {service.name} selects no pod",
        expected=f"a pod with {_labels(service.selector)}",
        actual=f"none has them{said}",
    )


@preflight(
    "service.target-port-open",
    promise="Every port of a Service leads to a port that its pods open.",
    requires=("service.selects-a-pod",),
    mend="set targetPort to a port of the container",
    each=_each_service,
)
def target_port_open(deployment: Deployment, service: Service) -> None:
    for workload in deployment.selected(service):
        if not any(container.ports for container in workload.main):
            continue
        names = {port.name for container in workload.main for port in container.ports}
        numbers = {n for container in workload.main for n in _opened(deployment, workload, container)}
        for port in service.ports:
            if port.target not in (names if isinstance(port.target, str) else numbers):
                every = [p for container in workload.main for p in container.ports]
                raise Breach(
                    f"port {port.number} of Service {service.name} leads to a port that {workload.name} does not open",
                    expected=one_of(f"{p.name} ({p.number})" if p.name else str(p.number) for p in every),
                    actual=f"targetPort {port.target}",
                )


def _each_address(deployment: Deployment) -> Iterator[Case]:
    """Yield every variable that points to a host."""
    for workload, container in deployment.containers():
        variables = deployment.variables(workload, container)
        for variable in variables.values():
            if not variable.known or not variable.value:
                continue
            address = address_of(variable.value)
            if address and not address.scheme and not _NAMES_AN_ADDRESS.search(variable.name):
                continue  # `image:1` is no address
            if address is None and variable.name.endswith(("_HOST", "HOSTNAME")):
                port = variables.get(variable.name.removesuffix("NAME").removesuffix("HOST") + "PORT")
                address = Address(variable.value, whole(port.value) if port else None)
            if address and service_name(address.host, workload.namespace, deployment.namespaces):
                case = variable_case(workload, container, variable)
                yield Case(case.subject, {**case.params, "address": address}, case.location)


@preflight(
    "service.hosts-resolve",
    promise="Every host of the cluster's own that a variable names is a Service.",
    requires=("config.keys-exist",),
    mend="name a Service that is there, with its namespace where it lies in another",
    applies=lambda deployment: None if is_whole(deployment) else "the platform's services are not among what was read",
    each=_each_address,
)
def hosts_resolve(deployment: Deployment, seen: Variable, address: Address) -> None:
    namespace = seen.workload.namespace
    if seen.workload.kind != "Process" and service_at(deployment, address.host, namespace) is None:
        known = sorted({service.name for service in deployment.objects.services})
        raise Breach(
            f"{seen.variable.name} names a host that is no Service{did_you_mean(address.host.split('.')[0], known)}",
            expected=one_of(known),
            actual=address.host,
        )


@preflight(
    "service.ports-served",
    promise="Every port of a Service that a variable names is one that the Service has.",
    requires=("service.hosts-resolve",),
    mend="name a port of the Service",
    each=_each_address,
)
def ports_served(deployment: Deployment, seen: Variable, address: Address) -> None:
    service = service_at(deployment, address.host, seen.workload.namespace)
    if service is None or service.external or address.port is None or not service.ports:
        return
    if address.port not in {port.number for port in service.ports}:
        raise Breach(
            f"{seen.variable.name} names a port that Service {service.name} does not have",
            expected=one_of(_ports(service)),
            actual=str(address.port),
        )


def _each_endpoint(deployment: Deployment) -> Iterator[Case]:
    for path, value in platform_endpoints(deployment.platform):
        address = address_of(value)
        if address and service_name(address.host, None, deployment.namespaces):
            params = {"value": value, "address": address, "key": ".".join(path)}
            yield Case(f"platform.yaml/{'.'.join(path)}", params, deployment.reading.locate(path))


@preflight(
    "platform.hosts-resolve",
    promise="Every host of the cluster's own in platform.yaml is a Service.",
    requires=("platform.well-formed",),
    mend="write the name of the Service, with its namespace where it lies in another",
    applies=lambda deployment: (
        platform_is_read(deployment)
        or (None if is_whole(deployment) else "the platform's services are not among what was read")
    ),
    each=_each_endpoint,
)
def platform_hosts_resolve(deployment: Deployment, value: str, address: Address, key: str) -> None:
    if service_at(deployment, address.host, None) is None and leads_nowhere(deployment, value):
        known = sorted({service.name for service in deployment.objects.services})
        raise Breach(
            f"{key} names a host that is no Service{did_you_mean(address.host.split('.')[0], known)}",
            expected=one_of(known),
            actual=address.host,
        )


@preflight(
    "platform.ports-served",
    promise="Every port in platform.yaml is one that its Service has.",
    requires=("platform.hosts-resolve",),
    mend="write a port of the Service",
    applies=platform_is_read,
    each=_each_endpoint,
)
def platform_ports_served(deployment: Deployment, value: str, address: Address, key: str) -> None:
    service = service_at(deployment, address.host, None)
    if service is not None and leads_nowhere(deployment, value):
        raise Breach(
            f"{key} names a port that Service {service.name} does not have",
            expected=one_of(_ports(service)),
            actual=str(address.port),
        )


def _ports(service: Service) -> list[str]:
    return [f"{port.number} ({port.name})" if port.name else str(port.number) for port in service.ports]


def _labels(labels: object) -> str:
    return ", ".join(f"{key}={value}" for key, value in dict(labels).items())  # type: ignore[call-overload]
