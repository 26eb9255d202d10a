"""A platform that runs already, as far as attaching to it asks anything: servers that answer on loopback."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from environments.attach.credentials import needed
from environments.attach.endpoints import NAMES
from environments.local.secrets import variable_of
from harness.platform import load_platform

PROJECT = Path(__file__).parents[3]


class _Refuses(BaseHTTPRequestHandler):
    """Answers 404 to everything: that it answers is what is asked."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def stacks(monkeypatch) -> Iterator[Path]:
    """A folder of stacks of the test's own; short, since sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="at-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def endpoints(monkeypatch) -> Iterator[dict[str, str]]:
    """Endpoints that answer, and credentials in the environment."""
    for ref in needed(load_platform(PROJECT / "demo" / "platform.yaml")):
        monkeypatch.setenv(variable_of(ref), f"secret-of-{ref}")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refuses) as http, socket.create_server(("127.0.0.1", 0)) as database:
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"http://127.0.0.1:{http.server_port}"
        port = database.getsockname()[1]
        yield dict.fromkeys(NAMES, url) | {"database": f"postgresql://floe@127.0.0.1:{port}/floe"}
        http.shutdown()
