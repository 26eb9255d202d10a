"""The database: PostgreSQL, or SQLite for tests."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from environments.local.standins.marquez import times
from environments.local.standins.marquez.namespaces import DEFAULT
from environments.local.standins.marquez.tables import Namespace, Table


def ready(url: str) -> Engine:
    """Return an engine whose tables are made and whose namespace `default` is there; raises SQLAlchemyError."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _prepare(connection, _record):  # type: ignore[no-untyped-def]
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

    Table.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        if session.get(Namespace, "default") is None:
            now = times.now()
            session.add(Namespace(name="default", created=now, updated=now, description=DEFAULT))
    return engine
