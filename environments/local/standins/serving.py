"""Two applications served by one process, on two ports, until a signal.

They listen on 127.0.0.1, or on what LISTEN_ON says, which a container sets.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from starlette.types import ASGIApp

from harness.errors import UsageError


def run(serve: Callable[[], None]) -> None:
    """Run a stand-in's program: log to stdout; a mistake of the user's is told, exit status 2."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        serve()
    except UsageError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None


@contextmanager
def database(variable: str) -> Iterator[None]:
    """Tell what is wrong with a database by the variable that names it; raises UsageError."""
    try:
        yield
    except (ArgumentError, SQLAlchemyError) as error:
        said = str(getattr(error, "orig", error))
        raise UsageError("the database cannot be used", actual=said, next_step=f"see {variable}") from None


def serve_both(*parts: tuple[ASGIApp, int]) -> None:
    """Serve applications at ports in one loop, until SIGTERM, SIGINT or the end of one of them.

    Raises UsageError when a port is in use.
    """
    sockets = [bound(port) for _, port in parts]
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)  # a big answer has no cycles, and searching it for some takes half its time
    servers = [_Part(_config(app)) for app, _ in parts]
    asyncio.run(_until_a_signal(servers, sockets))


def bound(port: int) -> socket.socket:
    """Return a socket at a port; raises UsageError when it is in use."""
    # With its protocol named, asyncio sends what is written at once; else each answer waits 40 ms for the other side.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((os.environ.get("LISTEN_ON") or "127.0.0.1", port))
    except OSError as error:
        found.close()
        raise UsageError(
            f"port {port} cannot be used", actual=error.strerror, next_step="end what holds it, or choose another port"
        ) from None
    return found


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, lifespan="off", timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=65536,
    )  # fmt: skip


class _Part(uvicorn.Server):
    """One of the servers; signals are for all, so none takes them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _until_a_signal(servers: list[_Part], sockets: list[socket.socket]) -> None:
    def end() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    tasks = [asyncio.ensure_future(server.serve(sockets=[one])) for server, one in zip(servers, sockets, strict=True)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    end()
    await asyncio.gather(*tasks)
