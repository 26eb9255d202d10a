"""Where a variable points: host and port, and whether a name is one of the cluster's own."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from harness.workloads.deployment import Deployment
    from harness.workloads.model import Service

_HOST_PORT = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):([0-9]{1,5})")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SERVICE = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "postgres": 5432, "postgresql+psycopg2": 5432}


@dataclass(frozen=True)
class Address:
    """A host, and a port where one is written or the scheme has one."""

    host: str
    port: int | None = None
    scheme: str = ""


def address_of(value: str) -> Address | None:
    """Return where a URL or `host:port` points, None for another text."""
    if "://" in value:
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError:
            return None
        scheme = parts.scheme.removeprefix("jdbc:")
        return Address(parts.hostname, port or _PORTS.get(scheme), scheme) if parts.hostname else None
    found = _HOST_PORT.fullmatch(value)
    return Address(found[1].lower(), int(found[2])) if found else None


def is_aws(host: str) -> bool:
    """Return whether a host is the real AWS."""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn")) or host == "amazonaws.com"


def service_name(host: str, namespace: str | None, known: frozenset[str]) -> tuple[str, str | None] | None:
    """Return the Service and the namespace that a host means, None for one that is not of this cluster's own.

    `namespace`: of the workload that asks. `known`: the namespaces that were read.
    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
    """
    labels = host.rstrip(".").split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or host == "localhost" or _is_ip(host):
        return None
    if len(labels) == 1:
        return (host, namespace) if _SERVICE.fullmatch(host) else None
    if "svc" in labels[2:]:
        place = labels.index("svc", 2)
        rest = labels[place + 1 :]
        return (labels[place - 2], labels[place - 1]) if not rest or rest[0] == "cluster" else None
    return (labels[0], labels[1]) if len(labels) == 2 and labels[1] in known else None


def service_at(deployment: Deployment, host: str, namespace: str | None) -> Service | None:
    """Return the Service that a host means, None where there is none or it is none of the cluster's own."""
    meant = service_name(host, namespace, deployment.namespaces)
    return deployment.service(*meant) if meant else None


def place_of(address: Address, namespace: str | None, known: frozenset[str]) -> tuple[str, int | None]:
    """Return host and port in one form, however long the host's name is written."""
    if is_aws(address.host):
        return "amazonaws.com", None
    meant = service_name(address.host, namespace, known)
    return (meant[0] if meant else address.host), address.port


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
