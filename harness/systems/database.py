"""The database's client: PostgreSQL through psycopg2."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Database:
    """Asks a database; `url` is postgresql://user@host:port/database, without a password. `timeout` in seconds."""

    url: str
    password: str = field(repr=False)
    timeout: float = 10.0

    def ask(self, sql: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query, on another database of the server when one is named."""
        import psycopg2

        options: dict[str, Any] = {"password": self.password, "connect_timeout": math.ceil(self.timeout)}
        if database:
            options["dbname"] = database
        connection = psycopg2.connect(self.url, **options)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        finally:
            connection.close()
