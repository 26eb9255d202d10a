"""The container engine's client: finds the engine that the user has, and looks at containers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import EnvironmentFailure
from harness.stack import Container

if TYPE_CHECKING:
    from docker import DockerClient

SYSTEM_SOCKET = Path("/var/run/docker.sock")
_TIMEOUT = 10  # seconds for an answer about a container
_BUILD_TIMEOUT = 600  # seconds between two words of the engine while it builds or pulls


def find_engine() -> str:
    """Return the address of the container engine that answers: DOCKER_HOST's, else the first of the usual sockets.

    Raises EnvironmentFailure that says what was tried, and how to go on without one.
    """
    tried = []
    for address in _addresses():
        why = _why_not(address)
        if why is None:
            return address
        tried.append(f"{address}: {why}")
    raise EnvironmentFailure(
        "there is no container engine",
        expected="an engine that answers at DOCKER_HOST, or at one of the usual sockets of docker and podman",
        actual="\n".join(tried) or "no socket is there",
        next_step="start docker or podman, or set DOCKER_HOST; --env=local needs no engine",
    )


def _addresses() -> Iterator[str]:
    """Yield where an engine may be: DOCKER_HOST alone where it is set, else docker's context and the usual sockets."""
    if os.environ.get("DOCKER_HOST"):
        yield os.environ["DOCKER_HOST"]
        return
    from docker.context import ContextAPI

    context = ContextAPI.get_current_context()
    if context is not None and context.name != "default" and context.Host:
        yield context.Host
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    for socket in (
        SYSTEM_SOCKET,
        runtime / "docker.sock",  # rootless docker
        Path.home() / ".docker" / "run" / "docker.sock",  # Docker Desktop
        runtime / "podman" / "podman.sock",
    ):
        yield f"unix://{socket}"


def _why_not(address: str) -> str | None:
    from docker.errors import DockerException

    if address.startswith("unix://") and not Path(address.removeprefix("unix://")).exists():
        return "no such socket"
    try:
        connect(address).ping()
    except (DockerException, OSError) as error:
        return str(error)
    return None


def connect(address: str, timeout: int = _BUILD_TIMEOUT) -> DockerClient:
    """Return a client of the engine at an address; raises docker's errors when it does not answer."""
    import docker

    return docker.DockerClient(base_url=address, timeout=timeout)


@cache
def _client(address: str) -> DockerClient:
    # Its version is not asked for: to look at a container, the oldest API will do.
    import docker

    return docker.DockerClient(base_url=address, version="1.41", timeout=_TIMEOUT)


@contextmanager
def _answering(address: str) -> Iterator[DockerClient]:
    import requests
    from docker.errors import APIError, DockerException, NotFound

    try:
        yield _client(address)
    except NotFound:
        raise
    except (APIError, DockerException, requests.RequestException, OSError) as error:
        raise EnvironmentFailure(
            f"the container engine at {address} does not answer", actual=str(error), next_step="start it again"
        ) from None


def runs(container: Container) -> bool:
    """Return whether a container runs (a paused one does); raises EnvironmentFailure when its engine is silent."""
    from docker.errors import NotFound

    try:
        with _answering(container.engine) as client:
            state = client.api.inspect_container(container.id)["State"]
    except NotFound:
        return False
    return bool(state["Running"])


def megabytes(container: Container) -> int | None:
    """Return the memory that a container uses without what is only cached; None when nobody can tell."""
    from docker.errors import NotFound

    try:
        with _answering(container.engine) as client:
            stats = client.api.stats(container.id, stream=False, one_shot=True)["memory_stats"]
    except (NotFound, EnvironmentFailure):
        return None
    cached = stats.get("stats", {}).get("inactive_file", stats.get("stats", {}).get("total_inactive_file", 0))
    return (int(stats["usage"]) - int(cached)) // 2**20 if "usage" in stats else None
