"""Run the stand-in: two ports of 127.0.0.1, one for the API and one for health."""

from __future__ import annotations

import logging
import os

from environments.local.standins import serving

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
    """Serve until SIGTERM or SIGINT; raises UsageError."""
    with serving.database("POLARIS_DATABASE_URL"):
        database = Database(settings.database_url)
        with database.write() as session:
            bootstrap(session, settings.root_client_id, settings.root_client_secret)
            key = signing_key(session)
    server = Server(settings, database, Tokens(key, settings.token_seconds), Vendor(settings))
    app, end_spans = traced(api.application(server))
    log.info("a stand-in for Apache Polaris 1.7.0, not the real server; API on port %d", settings.http_port)
    serving.serve_both((app, settings.http_port), (health.application(database), settings.management_port))
    end_spans()


if __name__ == "__main__":
    serving.run(lambda: serve(Settings.read(os.environ)))
