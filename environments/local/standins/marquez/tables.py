"""The state, as tables: after Marquez' own data model, so that its rules can be told in the same words.

Every id is a UUID that this process makes; times are in UTC. Only one process writes to a database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Index, MetaData, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

# Of an update of rows that no object of the session stands for: else SQLAlchemy looks for such objects.
UNSEEN = {"synchronize_session": False}


class Instant(TypeDecorator[datetime]):
    """A time in UTC, also on databases that keep no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Table(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False):
    """What the tables have in common: how Python's types are kept."""

    metadata = MetaData()
    type_annotation_map = {datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class Namespace(Table):
    __tablename__ = "namespaces"
    name: Mapped[str] = mapped_column(primary_key=True)
    created: Mapped[datetime]
    updated: Mapped[datetime]
    owner: Mapped[str] = mapped_column(default="anonymous")
    description: Mapped[str | None] = mapped_column(default=None)
    hidden: Mapped[bool] = mapped_column(default=False)


class Source(Table):
    __tablename__ = "sources"
    name: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    url: Mapped[str | None] = mapped_column(default=None)
    description: Mapped[str | None] = mapped_column(default=None)


class Tag(Table):
    __tablename__ = "tags"
    name: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str | None] = mapped_column(default=None)


class Tagged(Table):
    """A tag on a dataset, a field or a job, by its id."""

    __tablename__ = "tagged"
    owner: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)


class Dataset(Table):
    __tablename__ = "datasets"
    id: Mapped[str] = mapped_column(primary_key=True)
    namespace: Mapped[str]
    name: Mapped[str]
    type: Mapped[str]
    physical_name: Mapped[str]
    source: Mapped[str]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    last_modified: Mapped[datetime | None] = mapped_column(default=None)
    description: Mapped[str | None] = mapped_column(default=None)
    current_version: Mapped[str | None] = mapped_column(default=None)
    deleted: Mapped[bool] = mapped_column(default=False)
    hidden: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("datasets_by_name", "namespace", "name"),)


class Symlink(Table):
    """A name of a dataset: each has one primary name, and maybe others."""

    __tablename__ = "symlinks"
    namespace: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(index=True)
    primary: Mapped[bool]


class Field(Table):
    __tablename__ = "fields"
    id: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    type: Mapped[str | None]
    description: Mapped[str | None]


class DatasetVersion(Table):
    """`version` follows from the content and the run that wrote it; `run` is None for what was only read."""

    __tablename__ = "dataset_versions"
    id: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(index=True)
    version: Mapped[str] = mapped_column(unique=True)
    schema_version: Mapped[str]
    run: Mapped[str | None] = mapped_column(index=True)
    fields: Mapped[list[Any]]
    namespace: Mapped[str]
    name: Mapped[str]
    lifecycle: Mapped[str | None]
    created: Mapped[datetime]
    __table_args__ = (Index("dataset_versions_by_name", "namespace", "name"),)


class VersionField(Table):
    __tablename__ = "version_fields"
    version: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)


class Job(Table):
    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(primary_key=True)
    namespace: Mapped[str]
    name: Mapped[str]
    simple_name: Mapped[str]
    parent: Mapped[str | None]
    type: Mapped[str]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    description: Mapped[str | None]
    location: Mapped[str | None]
    inputs: Mapped[list[Any]] = mapped_column(default_factory=list)  # those that its last event named
    current_version: Mapped[str | None] = mapped_column(default=None)
    current_run: Mapped[str | None] = mapped_column(default=None)
    hidden: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("namespace", "name"),)


class JobVersion(Table):
    """`version` follows from the job's name, location, inputs and outputs."""

    __tablename__ = "job_versions"
    id: Mapped[str] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(index=True)
    version: Mapped[str] = mapped_column(unique=True)
    location: Mapped[str | None]
    created: Mapped[datetime]
    latest_run: Mapped[str | None] = mapped_column(default=None)


class JobIO(Table):
    """An input or output of a job's version; the lineage graph is made of those that are `current`."""

    __tablename__ = "job_io"
    version: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(index=True)
    current: Mapped[bool]


class Run(Table):
    """`job_name` is the name under which the run came first, `job` stays what it was then."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(index=True)
    namespace: Mapped[str]
    job_name: Mapped[str]
    parent: Mapped[str | None]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    args: Mapped[dict[str, Any]]
    transitioned: Mapped[datetime | None] = mapped_column(default=None)
    nominal_start: Mapped[datetime | None] = mapped_column(default=None)
    nominal_end: Mapped[datetime | None] = mapped_column(default=None)
    state: Mapped[str | None] = mapped_column(default=None)
    started: Mapped[datetime | None] = mapped_column(default=None)
    ended: Mapped[datetime | None] = mapped_column(default=None)
    job_version: Mapped[str | None] = mapped_column(default=None)


class RunInput(Table):
    __tablename__ = "run_inputs"
    run: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)


class Facet(Table):
    """One facet of one event; `kind` is run, job, or for datasets: dataset, unknown, input, output."""

    __tablename__ = "facets"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kind: Mapped[str]
    name: Mapped[str]
    facet: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    run: Mapped[str | None] = mapped_column(default=None, index=True)
    job: Mapped[str | None] = mapped_column(default=None)
    job_version: Mapped[str | None] = mapped_column(default=None, index=True)
    dataset_version: Mapped[str | None] = mapped_column(default=None, index=True)


class ColumnEdge(Table):
    """A column that was made from another one."""

    __tablename__ = "column_edges"
    output_version: Mapped[str] = mapped_column(primary_key=True)
    output_field: Mapped[str] = mapped_column(primary_key=True)
    input_version: Mapped[str] = mapped_column(primary_key=True)
    input_field: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str | None]
    type: Mapped[str | None]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    __table_args__ = (Index("column_edges_out", "output_field"), Index("column_edges_in", "input_field"))


class Event(Table):
    """An event as it came; `arrived` is this server's time."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(index=True)
    arrived: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    type: Mapped[str | None]
    body: Mapped[dict[str, Any]]
