"""An independent DuckDB on the lake: computes, from the tables themselves, what the platform should answer.

Its extensions come from the wheels beside it, so that nothing is downloaded; they load in DuckDB 1.5.5 only.
"""

from __future__ import annotations

import importlib.util
import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

EXTENSIONS = ("httpfs", "avro", "iceberg")  # in this order: iceberg needs avro


@dataclass(frozen=True)
class Keys:
    """A store's endpoint (with its scheme) and keys of one's own."""

    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)


def extension_file(name: str) -> Path:
    """Return the file of a DuckDB extension from its wheel; raises LookupError when the wheel is not installed."""
    package = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for file in Path(folder).glob(f"extensions/*/{name}.duckdb_extension"):
            return file
    raise LookupError(f"DuckDB's extension {name} is not installed")


def quoted(text: str) -> str:
    """Return an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def named(*parts: str) -> str:
    """Return an SQL identifier of one or more parts."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


@dataclass
class Lake:
    """DuckDB in memory with the catalog attached as `lake`, using keys of its own instead of vended ones.

    `timeout`: seconds for an answer of the catalog or of the store. `fresh`: whether each statement sees the tables as
    they are then; else all see them as they were when each was first read, which is faster.
    """

    catalog_uri: str
    warehouse: str
    client_id: str
    keys: Keys
    client_secret: str = field(repr=False)
    scope: str = "PRINCIPAL_ROLE:ALL"
    timeout: float = 30.0
    fresh: bool = True
    _attached: bool = field(default=False, init=False, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        connection = duckdb.connect(
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2"}
        )
        for name in EXTENSIONS:
            connection.execute(f"LOAD {quoted(str(extension_file(name)))}")
        scheme, _, host = self.keys.endpoint.partition("://")
        connection.execute(
            f"CREATE SECRET (TYPE s3, KEY_ID {quoted(self.keys.access_key_id)},"
            f" SECRET {quoted(self.keys.secret_access_key)}, REGION {quoted(self.keys.region)},"
            f" ENDPOINT {quoted(host)}, URL_STYLE 'path', USE_SSL {str(scheme == 'https').lower()})"
        )
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET http_timeout = {math.ceil(self.timeout)}")
        return connection

    def _attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            f"ATTACH {quoted(self.warehouse)} AS lake (TYPE iceberg, ENDPOINT {quoted(self.catalog_uri)},"
            f" CLIENT_ID {quoted(self.client_id)}, CLIENT_SECRET {quoted(self.client_secret)},"
            f" OAUTH2_SCOPE {quoted(self.scope)}, OAUTH2_SERVER_URI {quoted(self.catalog_uri + '/v1/oauth/tokens')},"
            " ACCESS_DELEGATION_MODE 'none', SUPPORT_NESTED_NAMESPACES true)"
        )

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a statement; tables are `lake.<namespace>.<table>`.

        To be fresh, the catalog is attached anew for each statement: DuckDB keeps the metadata that it has once seen.
        """
        with self._guard:
            if not self._attached:
                self._attach(self._connection)
                self._attached = True
            try:
                return self._connection.execute(sql, parameters).fetchall()
            finally:
                if self.fresh:
                    self._connection.execute("DETACH lake")
                    self._attached = False

    def rows(self, columns: Iterable[str], relation: str) -> list[tuple[Any, ...]]:
        """Return the rows of a table (`named`) or of a query in parentheses; the columns in the order given."""
        return self.ask(f"SELECT {', '.join(named(column) for column in columns)} FROM {relation}")  # noqa: S608

    def count(self, table: tuple[str, str]) -> int:
        """Return how many rows a table (namespace, name) has."""
        return int(self.ask(f"SELECT count(*) FROM {named('lake', *table)}")[0][0])  # noqa: S608

    def copy_table(self, source: tuple[str, str], target: tuple[str, str]) -> int:
        """Copy a table (namespace, name) with its rows to a new one, and return how many rows that were."""
        self.ask(f"CREATE TABLE {named('lake', *target)} AS SELECT * FROM {named('lake', *source)}")  # noqa: S608
        return self.count(target)
