"""A small HTTP server that stands for a system which answers in a certain way."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Request:
    method: str
    path: str
    headers: dict
    body: bytes


@dataclass
class Server:
    url: str
    requests: list[Request] = field(default_factory=list)


Answer = Callable[[Request], tuple[int, object]]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Server]]:
    """Return a function that starts a server: it is given a function from request to status and JSON body."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> Server:
        class Handler(BaseHTTPRequestHandler):
            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                server.requests.append(request)
                status, content = answer(request)
                text = b"" if content is None else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_DELETE = do

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
