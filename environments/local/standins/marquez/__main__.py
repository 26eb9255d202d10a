"""`python -m environments.local.standins.marquez`: two ports of 127.0.0.1, one for the API and one for health.

Told by the environment: MARQUEZ_DATABASE_URL (SQLAlchemy's, with its password), MARQUEZ_HTTP_PORT and
MARQUEZ_ADMIN_PORT (default: the next one).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

from environments.local.standins import serving
from environments.local.standins.marquez import VERSION, admin, database, web
from harness.errors import UsageError

log = logging.getLogger("marquez")


def serve(environment: Mapping[str, str]) -> None:
    """Make the tables where they are not there, and serve until SIGTERM or SIGINT; raises UsageError."""
    port = _port(environment, "MARQUEZ_HTTP_PORT", None)
    admin_port = _port(environment, "MARQUEZ_ADMIN_PORT", port + 1)
    with serving.database("MARQUEZ_DATABASE_URL"):
        engine = database.ready(_told(environment, "MARQUEZ_DATABASE_URL"))
    log.info("a stand-in for Marquez %s, not the real server; API on port %d, health on %d", VERSION, port, admin_port)
    serving.serve_both((web.application(engine), port), (admin.application(engine), admin_port))


def _told(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise UsageError(f"the environment variable {name} is not set")
    return environment[name]


def _port(environment: Mapping[str, str], name: str, default: int | None) -> int:
    told = environment.get(name) or (str(default) if default else _told(environment, name))
    if not told.isdecimal() or not 0 < int(told) < 65536:
        raise UsageError(f"{name} is not a port", expected="1 to 65535", actual=told)
    return int(told)


if __name__ == "__main__":
    serving.run(lambda: serve(os.environ))
