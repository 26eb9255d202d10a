"""Run the stand-in: two ports of 127.0.0.1, one for the API and one for health."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from harness.errors import UsageError

from . import api, health
from .call import Server
from .entities import Database
from .principals import bootstrap
from .settings import Settings
from .telemetry import traced
from .tokens import Tokens, signing_key
from .vending import Vendor

log = logging.getLogger("polaris")


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    database = Database(settings.database_url)
    with database.write() as session:
        bootstrap(session, settings.root_client_id, settings.root_client_secret)
        key = signing_key(session)
    server = Server(settings, database, Tokens(key, settings.token_seconds), Vendor(settings))
    app, end_spans = traced(api.application(server))
    log.info("a stand-in for Apache Polaris 1.7.0, not the real server; API on port %d", settings.http_port)
    asyncio.run(
        _serve_both(_config(app, settings.http_port), _config(health.application(database), settings.management_port))
    )
    end_spans()


def _config(app: ASGIApp, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, access_log=False, server_header=False, lifespan="off",
        timeout_graceful_shutdown=3,
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
        serve(Settings.read(os.environ))
    except UsageError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
