"""The state: entities in a tree (catalog, namespace, table …), grants between them, and principals' secrets.

One writer at a time (SQLite's immediate transactions, an advisory lock on PostgreSQL), each in one short
transaction, so that the state is whole after a kill between any two requests.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Integer,
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
    text,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

ROOT = 0  # the securable that stands for the whole service
TABLE_LIKE = ("table", "view", "generic-table")  # share one space of names within a namespace

_Id = BigInteger().with_variant(Integer, "sqlite")


def now_ms() -> int:
    """Return the time in milliseconds since 1970."""
    return int(time.time() * 1000)


class Base(DeclarativeBase):
    """All tables."""


class Entity(Base):
    """One thing that has a name; `version` counts its updates."""

    __tablename__ = "polaris_entities"
    __table_args__ = (UniqueConstraint("parent_id", "space", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=True)
    catalog_id: Mapped[int] = mapped_column(_Id, default=ROOT, index=True)
    parent_id: Mapped[int] = mapped_column(_Id, default=ROOT)
    kind: Mapped[str]
    space: Mapped[str]
    name: Mapped[str]
    properties: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    location: Mapped[str | None]
    pointer: Mapped[str | None]  # the metadata file of a table or view; changed by compare-and-swap only
    version: Mapped[int] = mapped_column(default=1)
    created_ms: Mapped[int] = mapped_column(BigInteger, default=now_ms)
    updated_ms: Mapped[int] = mapped_column(BigInteger, default=now_ms)

    def __init__(self, kind: str, name: str, **fields: Any) -> None:
        super().__init__(kind=kind, name=name, space="table-like" if kind in TABLE_LIKE else kind, **fields)

    def touch(self) -> None:
        """Count one update."""
        self.version, self.updated_ms = self.version + 1, now_ms()


class Grant(Base):
    """`grantee` (a role, or a principal for a role's usage) holds `privilege` on `securable` and all below it."""

    __tablename__ = "polaris_grants"
    __table_args__ = (UniqueConstraint("securable_id", "grantee_id", "privilege"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=True)
    securable_id: Mapped[int] = mapped_column(_Id)
    grantee_id: Mapped[int] = mapped_column(_Id, index=True)
    privilege: Mapped[str]


class Secret(Base):
    """A principal's credentials, hashed; the secret before the last rotation stays good."""

    __tablename__ = "polaris_secrets"

    principal_id: Mapped[int] = mapped_column(ForeignKey("polaris_entities.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(unique=True)
    hashes: Mapped[list[str]] = mapped_column(JSON)


class Setting(Base):
    """What must outlive the process, such as the key that signs tokens."""

    __tablename__ = "polaris_settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Database:
    """The SQL database at `url`, with the tables made when they are not there."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, pool_size=16, max_overflow=32)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        Base.metadata.create_all(self.engine)
        self._writer = self.engine.execution_options(write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one state and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session whose changes are kept whole when the block ends, or not at all when it raises."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            if self.engine.dialect.name == "postgresql":
                session.execute(select(func.pg_advisory_xact_lock(0x70_6F_6C_61)))
            yield session


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says so
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def child(session: Session, parent_id: int, kind: str, name: str) -> Entity | None:
    """Return the entity of that kind and name directly below a parent, or None."""
    return session.scalar(select(Entity).where(Entity.parent_id == parent_id, Entity.kind == kind, Entity.name == name))


def children(
    session: Session, parent_id: int, *kinds: str, after: int = 0, limit: int | None = None
) -> Sequence[Entity]:
    """Return the entities of those kinds directly below a parent in the order of their creation."""
    found = select(Entity).where(Entity.parent_id == parent_id, Entity.kind.in_(kinds), Entity.id > after)
    return session.scalars(found.order_by(Entity.id).limit(limit)).all()


def swap_pointer(session: Session, entity: Entity, old: str | None, new: str) -> bool:
    """Let an entity point to a new metadata file if it still points to the old one; False when it does not."""
    swapped = session.execute(
        update(Entity)
        .where(Entity.id == entity.id, Entity.pointer == old)
        .values(pointer=new, version=Entity.version + 1, updated_ms=now_ms())
    )
    return bool(swapped.rowcount)  # type: ignore[attr-defined]


def remove(session: Session, entity: Entity) -> None:
    """Remove an entity with the grants on it and to it."""
    for grant in session.scalars(
        select(Grant).where((Grant.securable_id == entity.id) | (Grant.grantee_id == entity.id))
    ):
        session.delete(grant)
    session.flush()
    session.delete(entity)
    session.flush()


def alive(database: Database) -> bool:
    """Return whether the database answers."""
    with database.read() as session:
        return bool(session.scalar(text("SELECT 1")))
