"""Binds queries over tables that are empty: DuckDB itself says which tables and columns a query names in vain.

Nothing is read and nothing outside is reached; a query that DuckDB refuses for another reason is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

_TYPES = {
    **{"boolean": "BOOLEAN", "int": "INTEGER", "long": "BIGINT", "float": "FLOAT", "double": "DOUBLE"},
    **{"date": "DATE", "time": "TIME", "timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMP WITH TIME ZONE"},
    **{"string": "VARCHAR", "uuid": "UUID", "binary": "BLOB"},
}
_DECIMAL = re.compile(r"decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)", re.IGNORECASE)
_NO_TABLE = re.compile(r"Table with name \"?([^\s\"]+)\"? does not exist!")
_NO_COLUMN = re.compile(
    r"(?:Referenced column \"(.+?)\" not found in FROM clause|does not have a column named \"(.+?)\")"
)
_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)

Tables = Mapping[tuple[str, str], Mapping[str, str]]  # (namespace, table) -> column -> Iceberg type


@dataclass(frozen=True)
class Bound:
    """A query that binds: column -> Iceberg type, None where Iceberg has no such type."""

    columns: Mapping[str, str | None]


@dataclass(frozen=True)
class Unbound:
    """A query that names what is not there; `line` counts from the query's first."""

    what: Literal["table", "column"]
    name: str
    said: str
    line: int


class Binder:
    """Binds queries over declared tables, whatever the catalog is called in them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._untold = {name for (_, name), columns in tables.items() if None in map(_duckdb, columns.values())}
        self._connections: dict[frozenset[str], Any] = {}
        spaces = "|".join(re.escape(space) for space in sorted({space for space, _ in tables}))
        self._catalogs = re.compile(rf'\b([A-Za-z_]\w*)\.(?:"(?:{spaces})"|(?:{spaces})\b)\s*\.')
        self._in_lake = rf'(?:"(?:{spaces})"|\b(?:{spaces}))\s*\.\s*"?'

    def bind(self, query: str) -> Bound | Unbound | None:
        """Return what a SELECT gives, or what it names in vain; None where neither can be told."""
        import duckdb

        catalogs = frozenset(name.lower() for name in self._catalogs.findall(query)) - {"memory"}
        try:
            connection = self._connection(catalogs)
            statements = connection.extract_statements(query)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                return None
            rows = connection.execute(f"DESCRIBE {query.rstrip().rstrip(';')}").fetchall()
        except duckdb.Error as error:
            return self._fault(query, str(error))
        return Bound({name: _iceberg(kind) for name, kind, *_ in rows})

    def _fault(self, query: str, said: str) -> Unbound | None:
        line = _LINE.search(said)
        at = int(line[1]) if line else 1
        table, column = _NO_TABLE.search(said), _NO_COLUMN.search(said)
        words = said.partition("\n\nLINE")[0].strip()
        name = table[1].rpartition(".")[2] if table else ""
        # A table elsewhere than in a layer is not the platform's to declare.
        if name and name not in self._untold and re.search(self._in_lake + re.escape(name), query, re.IGNORECASE):
            return Unbound("table", name, words, at)
        if column:
            return Unbound("column", column[1] or column[2], words, at)
        return None

    def _connection(self, catalogs: frozenset[str]) -> Any:
        import duckdb

        if catalogs not in self._connections:
            connection = duckdb.connect(":memory:")
            for catalog in sorted(catalogs):
                connection.execute(f"ATTACH ':memory:' AS {_quoted(catalog)}")
            for catalog in sorted(catalogs | {"memory"}):
                for (space, table), columns in self._tables.items():
                    schema = f"{_quoted(catalog)}.{_quoted(space)}"
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                    kinds = {name: _duckdb(kind) for name, kind in columns.items()}
                    if columns and table not in self._untold:
                        written = ", ".join(f"{_quoted(name)} {kind}" for name, kind in kinds.items())
                        connection.execute(f"CREATE TABLE {schema}.{_quoted(table)} ({written})")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            self._connections[catalogs] = connection
        return self._connections[catalogs]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _duckdb(kind: str) -> str | None:
    decimal = _DECIMAL.fullmatch(kind.strip())
    if decimal and 0 < int(decimal[1]) <= 38 and int(decimal[2]) <= int(decimal[1]):
        return f"DECIMAL({decimal[1]}, {decimal[2]})"
    return _TYPES.get(kind.strip().lower())


def _iceberg(kind: str) -> str | None:
    decimal = _DECIMAL.fullmatch(kind)
    if decimal:
        return f"decimal({decimal[1]}, {decimal[2]})"
    return next((iceberg for iceberg, duckdb in _TYPES.items() if duckdb == kind), None)
