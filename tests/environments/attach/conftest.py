"""A platform that runs already, as far as attaching to it asks anything: servers that answer on loopback."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from environments.attach.credentials import needed
from environments.attach.endpoints import NAMES
from environments.local.secrets import variable_of
from harness.platform import load_platform
from tests.http_server import serve

__all__ = ["serve"]

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def stacks(monkeypatch) -> Iterator[Path]:
    """A folder of stacks of the test's own; short, since sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="at-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def endpoints(serve, monkeypatch) -> Iterator[dict[str, str]]:
    """Endpoints that answer, and credentials in the environment."""
    for ref in needed(load_platform(PROJECT / "demo" / "platform.yaml")):
        monkeypatch.setenv(variable_of(ref), f"secret-of-{ref}")
    server = serve(lambda request: (404, None))  # that it answers is what is asked
    with socket.create_server(("127.0.0.1", 0)) as database:
        port = database.getsockname()[1]
        yield dict.fromkeys(NAMES, server.url) | {"database": f"postgresql://floe@127.0.0.1:{port}/floe"}
