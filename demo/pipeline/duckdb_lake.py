"""dbt-duckdb plugin: opens the lake in every DuckDB session that dbt makes, as the attached database `lake`.

Extensions come from their wheels, so that nothing is downloaded; keys are those of the environment.
Options of ATTACH: https://duckdb.org/docs/stable/core_extensions/iceberg/iceberg_rest_catalogs
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from demo.settings import Settings, read

# avro before iceberg, which needs it.
EXTENSIONS = ("httpfs", "avro", "iceberg")
TRACEPARENT = "TRACEPARENT"  # variable with the trace context that the catalog is to see


class Plugin(BasePlugin):
    """Loads the extensions and attaches the catalog when dbt opens its connection."""

    def configure_connection(self, conn: Any) -> None:
        for name in EXTENSIONS:
            conn.execute(f"LOAD '{extension(name)}'")
        for statement in attach(read(), os.environ.get(TRACEPARENT)):
            conn.execute(statement)


def extension(name: str) -> Path:
    """Return the file of a DuckDB extension that a wheel brought; raises FileNotFoundError."""
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (found and found.submodule_search_locations) or ():
        file = Path(folder, "extensions", f"v{duckdb.__version__}", f"{name}.duckdb_extension")
        if file.is_file():
            return file
    raise FileNotFoundError(f"no wheel brings the DuckDB extension {name} for DuckDB {duckdb.__version__}")


def attach(settings: Settings, traceparent: str | None = None) -> Iterator[str]:
    """Yield the statements that attach the catalog as `lake`; they hold secrets and are not to be logged."""
    catalog, store = settings.catalog, settings.store
    yield f"SET threads = {settings.threads}"
    if traceparent:
        headers = f"MAP {{'traceparent': {_text(traceparent)}}}"
        yield f"CREATE SECRET trace (TYPE http, SCOPE {_text(catalog.uri)}, EXTRA_HTTP_HEADERS {headers})"
    if not catalog.vended:
        yield (
            f"CREATE SECRET store (TYPE s3, KEY_ID {_text(store.key_id)}, SECRET {_text(store.secret)}, "
            f"REGION {_text(store.region)}, ENDPOINT {_text(store.host)}, USE_SSL {store.tls}, "
            f"URL_STYLE {_text('path' if store.path_style else 'vhost')})"
        )
    delegation = "vended_credentials" if catalog.vended else "none"
    yield (
        f"ATTACH {_text(catalog.warehouse)} AS lake (TYPE iceberg, ENDPOINT {_text(catalog.uri)}, "
        f"CLIENT_ID {_text(catalog.client_id)}, CLIENT_SECRET {_text(catalog.client_secret)}, "
        f"OAUTH2_SCOPE {_text(catalog.scope)}, OAUTH2_SERVER_URI {_text(catalog.token_uri)}, "
        f"ACCESS_DELEGATION_MODE {_text(delegation)}, SUPPORT_NESTED_NAMESPACES true)"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
