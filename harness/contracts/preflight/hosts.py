"""Hosts: every name of the cluster's own is a Service, and every port one that it has."""

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
from harness.workloads import Deployment, Service
from harness.workloads.addresses import Address, address_of, service_at, service_name
from harness.workloads.shapes import whole

_NAMES_AN_ADDRESS = re.compile(r"ENDPOINT|UR[IL]|ADDR|HOST|SERVER|BROKER|TARGET")


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
