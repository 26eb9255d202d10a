"""Writes what an event says into the state, in one transaction."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update

from environments.local.standins.marquez.reading_events import TERMINAL, RunEvent
from environments.local.standins.marquez.tables import datasets, events, jobs, namespaces, runs

_Side = list[dict[str, Any]]


def record(connection: Connection, event: RunEvent) -> None:
    """Write down an event, and what follows from it for its run, job and datasets."""
    connection.execute(insert(events).values(time=event.time, body=event.body))
    ended = event.state in TERMINAL
    known = _row(connection, runs, id=event.run_id)
    namespace, job = (known.namespace, known.job) if known else (event.namespace, event.job)
    sides: dict[str, _Side] = {}
    for side in ("inputs", "outputs"):
        told = [_dataset(connection, event, d, writes=side == "outputs") for d in event.body.get(side) or ()]
        before: _Side = getattr(known, side) if known else []
        sides[side] = [*(d for d in before if not _among(d, told)), *told]
    _touch_namespace(connection, namespace, event.time)
    version = _job(connection, event, namespace, job, sides, ended)
    values: dict[str, Any] = {"updated": event.time, "state": event.state, "job_version": version, **sides}
    values["facets"] = {**(known.facets if known else {}), **event.run_facets}
    if event.state == "RUNNING" and event.body.get("eventType") == "START":
        values["started"] = event.time
    if ended:
        values["ended"] = event.time
    parent = event.run_facets.get("parent")
    if parent:
        values["args"] = {
            "run_id": parent.get("run", {}).get("runId"),
            "name": parent.get("job", {}).get("name"),
            "namespace": parent.get("job", {}).get("namespace"),
        }
    if known:
        connection.execute(update(runs).where(runs.c.id == event.run_id).values(**values))
    else:
        first: dict[str, Any] = {
            "id": event.run_id,
            "namespace": namespace,
            "job": job,
            "created": event.time,
            "args": {},
        }
        connection.execute(insert(runs).values(**{**first, **values}))


def _row(connection: Connection, table: Table, **key: str) -> Row[Any] | None:
    return connection.execute(select(table).filter_by(**key)).one_or_none()


def _among(dataset: dict[str, Any], others: _Side) -> bool:
    return any(dataset["namespace"] == o["namespace"] and dataset["name"] == o["name"] for o in others)


def _touch_namespace(connection: Connection, name: str, at: datetime) -> None:
    if _row(connection, namespaces, name=name):
        connection.execute(update(namespaces).where(namespaces.c.name == name).values(updated=at))
    else:
        connection.execute(insert(namespaces).values(name=name, created=at, updated=at))


def _job(
    connection: Connection, event: RunEvent, namespace: str, name: str, sides: dict[str, _Side], ended: bool
) -> str:
    """Write the job's row, and return its version: the same for the same datasets.

    A START without datasets keeps those that the job had; the end of a run settles them.
    """
    known = _row(connection, jobs, namespace=namespace, name=name)
    values: dict[str, Any] = {"updated": event.time, "latest_run": event.run_id}
    for side, told in sides.items():
        before = getattr(known, side) if known else []
        values[side] = [[d["namespace"], d["name"]] for d in told] if told or ended else before
    values["facets"] = {**(known.facets if known else {}), **event.job_facets}
    values["version"] = str(
        uuid.uuid5(uuid.NAMESPACE_URL, f"{namespace} {name} {values['inputs']} {values['outputs']}")
    )
    if known:
        connection.execute(update(jobs).where(jobs.c.namespace == namespace, jobs.c.name == name).values(**values))
    else:
        first = {"namespace": namespace, "name": name, "simple_name": event.simple_job, "parent_name": event.parent}
        connection.execute(insert(jobs).values(**first, created=event.time, **values))
    return str(values["version"])


def _dataset(connection: Connection, event: RunEvent, told: dict[str, Any], *, writes: bool) -> dict[str, Any]:
    """Write a dataset's row, and return what the run keeps of it."""
    namespace, name = told["namespace"], told["name"]
    _touch_namespace(connection, namespace, event.time)
    known = _row(connection, datasets, namespace=namespace, name=name)
    facets = {**(known.facets if known else {}), **(told.get("facets") or {})}
    version: str | None = known.version if known else None
    if (writes and event.state in TERMINAL) or (not writes and version is None):
        version = str(uuid.uuid4())
    values = {"updated": event.time, "facets": facets, "version": version}
    if known:
        same = (datasets.c.namespace == namespace, datasets.c.name == name)
        connection.execute(update(datasets).where(*same).values(**values))
    else:
        connection.execute(insert(datasets).values(namespace=namespace, name=name, created=event.time, **values))
    own = told.get("outputFacets" if writes else "inputFacets") or {}
    return {"namespace": namespace, "name": name, "version": version, "facets": own}
