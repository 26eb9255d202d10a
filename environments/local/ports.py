"""Every port that `local` opens, on 127.0.0.1: a free one, or its usual one on request."""

from __future__ import annotations

import random
import socket
from collections.abc import Mapping

import psutil

from harness.errors import UsageError

# The port that each opens with --fixed-ports; SeaweedFS' inner ones are its own business.
USUAL: Mapping[str, int] = {
    "object-store.s3": 4566,
    "object-store.s3-grpc": 14566,
    "object-store.master": 9333,
    "object-store.master-grpc": 19333,
    "object-store.volume": 8880,
    "object-store.volume-grpc": 18880,
    "object-store.filer": 8888,
    "object-store.filer-grpc": 18888,
    "postgresql.sql": 5432,
    "polaris.http": 8181,
    "polaris.management": 8182,
    "marquez.http": 5000,
    "marquez.admin": 5001,
    "jaeger.query": 16686,
    "jaeger.query-grpc": 16685,
    "jaeger.otlp-http": 4318,
    "jaeger.otlp-grpc": 4317,
    "jaeger.health": 13133,
    "dagster-webserver.http": 3000,
    "dagster-user-code.grpc": 4266,
    "cube-api.http": 4000,
    "cube-refresh-worker.http": 4001,
}
# Below the range from which the kernel takes the ports of outgoing connections.
_FREE = range(20_000, 32_000)


def choose_ports(fixed: bool, unused: frozenset[str] = frozenset()) -> dict[str, int]:
    """Return a port for each name; raises UsageError that names who holds a fixed port that is in use.

    `unused`: workloads that something outside takes the place of, whose usual ports may well be in use by it.
    """
    if fixed:
        for name, port in USUAL.items():
            if name.split(".")[0] not in unused and not _is_free(port):
                raise UsageError(
                    f"port {port} of {name} is in use",
                    actual=_holder(port),
                    next_step="end what holds it, or leave --fixed-ports away: free ports are the default",
                )
        return dict(USUAL)
    candidates = (port for port in random.sample(_FREE, len(_FREE)) if _is_free(port))
    return dict(zip(USUAL, candidates, strict=False))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _holder(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # macOS tells it to root only
        connections = []
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.pid and connection.laddr[1:] == (port,):
            return f"{psutil.Process(connection.pid).name()} (process {connection.pid}) listens there"
    return "a process that this user may not look at listens there"
