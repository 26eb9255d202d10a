"""A platform that runs already, as far as attaching to it asks anything: servers that answer on loopback."""

import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from environments.attach.credentials import needed
from environments.attach.endpoints import NAMES
from environments.local.secrets import variable_of
from harness.platform import load_platform

PROJECT = Path(__file__).parents[3]


@dataclass
class Request:
    method: str
    path: str
    body: bytes


@dataclass
class Server:
    url: str
    requests: list[Request] = field(default_factory=list)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Request], tuple[int, object]]], Server]]:
    """Return a function that starts a server: it is given a function from request to status and JSON body."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[Request], tuple[int, object]]) -> Server:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                server.requests.append(Request(self.command, self.path, body))
                status, content = answer(server.requests[-1])
                text = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_POST = do_GET

            def log_message(self, *args: object) -> None:
                pass

        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(http)
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        server = Server(f"http://127.0.0.1:{http.server_port}")
        return server

    yield start
    for http in running:
        http.shutdown()
        http.server_close()


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
