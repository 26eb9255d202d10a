"""Whether a platform that runs already answers: each endpoint is asked once, before any scenario."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx

from harness import stack as names
from harness.errors import EnvironmentFailure

FACT = "it answers"
_LIMIT = 5.0  # seconds for an answer
_SOCKETS = {names.DATABASE: 5432, names.OTLP_GRPC: 4317}  # those that speak no HTTP 1, with their usual port


def check_answers(name: str, endpoints: Mapping[str, str]) -> None:
    """Return when every endpoint answers, whatever it says; raises EnvironmentFailure that names those that do not."""
    with ThreadPoolExecutor(len(endpoints)) as pool:
        seen = dict(zip(endpoints, pool.map(_seen, endpoints, endpoints.values()), strict=True))
    silent = {endpoint: said for endpoint, said in seen.items() if said is not None}
    if silent:
        raise EnvironmentFailure(
            f"{name} does not answer",
            expected="an answer of every endpoint",
            actual="\n".join(f"{endpoint} at {endpoints[endpoint]}: {said}" for endpoint, said in silent.items()),
            next_step="look whether it runs, and whether this machine reaches it (network, proxy, port-forward)",
        )


def _seen(name: str, url: str) -> str | None:
    """Return None for an endpoint that answers, else what was seen in place of an answer."""
    try:
        if name in _SOCKETS:
            parts = urlsplit(url)
            socket.create_connection((parts.hostname or "", parts.port or _SOCKETS[name]), _LIMIT).close()
        else:
            httpx.get(url, timeout=_LIMIT)
    except (httpx.HTTPError, OSError) as error:
        return str(error) or type(error).__name__
    return None
