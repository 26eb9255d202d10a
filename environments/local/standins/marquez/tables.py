"""The state: what has been told of namespaces, jobs, runs and datasets, and the events themselves."""

from __future__ import annotations

from sqlalchemy import JSON, Column, DateTime, Integer, MetaData, String, Table

metadata = MetaData()

namespaces = Table(
    "namespaces",
    metadata,
    Column("name", String, primary_key=True),
    Column("created", DateTime(timezone=True)),
    Column("updated", DateTime(timezone=True)),
)
jobs = Table(
    "jobs",
    metadata,
    Column("namespace", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("simple_name", String),
    Column("parent_name", String),
    Column("created", DateTime(timezone=True)),
    Column("updated", DateTime(timezone=True)),
    Column("facets", JSON),
    Column("inputs", JSON),  # [[namespace, name], …]
    Column("outputs", JSON),
    Column("version", String),
    Column("latest_run", String),
)
runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("namespace", String, index=True),
    Column("job", String, index=True),
    Column("created", DateTime(timezone=True)),
    Column("updated", DateTime(timezone=True)),
    Column("started", DateTime(timezone=True)),
    Column("ended", DateTime(timezone=True)),
    Column("state", String),
    Column("facets", JSON),
    Column("args", JSON),
    Column("job_version", String),
    Column("inputs", JSON),  # [{"namespace", "name", "version", "facets"}, …]
    Column("outputs", JSON),
)
datasets = Table(
    "datasets",
    metadata,
    Column("namespace", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("created", DateTime(timezone=True)),
    Column("updated", DateTime(timezone=True)),
    Column("facets", JSON),
    Column("version", String),  # None until a run that writes it has ended
    Column("lifecycle", String),
)
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", DateTime(timezone=True), index=True),
    Column("body", JSON),
)
