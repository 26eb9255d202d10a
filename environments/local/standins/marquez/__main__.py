"""`python -m environments.local.standins.marquez`: two ports of 127.0.0.1, one for the API and one for health.

Told by the environment: MARQUEZ_DATABASE_URL (SQLAlchemy's, with its password), MARQUEZ_HTTP_PORT and
MARQUEZ_ADMIN_PORT (default: the next one).
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from starlette.types import ASGIApp

from environments.local.standins.marquez import VERSION, admin, database, web
from harness.errors import UsageError

log = logging.getLogger("marquez")


def serve(environment: Mapping[str, str]) -> None:
    """Make the tables where they are not there, and serve until SIGTERM or SIGINT; raises UsageError."""
    port = _port(environment, "MARQUEZ_HTTP_PORT", None)
    admin_port = _port(environment, "MARQUEZ_ADMIN_PORT", port + 1)
    try:
        engine = database.ready(_told(environment, "MARQUEZ_DATABASE_URL"))
    except (ArgumentError, SQLAlchemyError) as error:
        heading = "the lineage store's database cannot be used"
        raise UsageError(
            heading, actual=str(getattr(error, "orig", error)), next_step="see MARQUEZ_DATABASE_URL"
        ) from None
    log.info("a stand-in for Marquez %s, not the real server; API on port %d, health on %d", VERSION, port, admin_port)
    asyncio.run(_serve_both(_config(web.application(engine), port), _config(admin.application(engine), admin_port)))


def _told(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise UsageError(f"the environment variable {name} is not set")
    return environment[name]


def _port(environment: Mapping[str, str], name: str, default: int | None) -> int:
    told = environment.get(name) or (str(default) if default else _told(environment, name))
    if not told.isdecimal() or not 0 < int(told) < 65536:
        raise UsageError(f"{name} is not a port", expected="1 to 65535", actual=told)
    return int(told)


def _config(app: ASGIApp, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, access_log=False, server_header=False, lifespan="off",
        timeout_graceful_shutdown=3, h11_max_incomplete_event_size=65536,
    )  # fmt: skip


class _Part(uvicorn.Server):
    """One of the two servers; signals are for both, so neither takes them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve_both(*configs: uvicorn.Config) -> None:
    """Serve applications in one loop, until a signal or the end of one of them; then all end."""
    servers = [_Part(config) for config in configs]

    def end() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    tasks = [asyncio.ensure_future(server.serve()) for server in servers]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    end()
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        serve(os.environ)
    except UsageError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
