"""Facets, kept one a row, and shown merged: the later event's holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from environments.local.standins.marquez.tables import UNSEEN, Facet

Json = dict[str, Any]
# The kinds of dataset facets that Marquez knows by name; others are "unknown".
_KINDS = {
    **dict.fromkeys(
        ("documentation", "description", "schema", "datasource", "lifecyclestatechange", "version", "columnlineage",
         "ownership"), "dataset",
    ),
    **dict.fromkeys(("dataqualitymetrics", "dataqualityassertions"), "input"),
    "outputstatistics": "output",
}  # fmt: skip
_NOT_KEPT = {"spark_unknown"}


def add_facets(session: Session, kind: str, facets: Json, at: datetime, **owner: str | None) -> None:
    """Keep facets of a run or a job."""
    for name, facet in facets.items():
        if facet is not None and name not in _NOT_KEPT:
            session.add(Facet(kind=kind, name=name, facet={name: facet}, at=at, **owner))


def add_dataset_facets(session: Session, told: Json, facets: Json, at: datetime, version: str, run: str | None, *,
                       reads: bool) -> None:  # fmt: skip
    """Keep facets of a dataset's version, and those of its reading or writing by a run."""
    for name, facet in facets.items():
        add_facets(session, _KINDS.get(name.lower(), "unknown"), {name: facet}, at, run=run, dataset_version=version)
    kind = "input" if reads else "output"
    add_facets(session, kind, told.get(f"{kind}Facets") or {}, at, run=run, dataset_version=version)


def link_job_facets(session: Session, run: str, job_version: str) -> None:
    """Say that the facets of a job which came with a run are those of this version."""
    ours = (Facet.run == run, Facet.kind == "job")
    session.execute(update(Facet).where(*ours).values(job_version=job_version), execution_options=UNSEEN)


def find(session: Session, *where: ColumnElement[bool]) -> list[Row[Any]]:
    """Return facets in the order of their events."""
    columns = (Facet.kind, Facet.name, Facet.facet, Facet.run, Facet.job_version, Facet.dataset_version)
    return list(session.execute(select(*columns).where(*where).order_by(Facet.at, Facet.id)))


def merged(rows: Iterable[Row[Any]]) -> Json:
    """Return facets as one object."""
    found: Json = {}
    for row in rows:
        found |= row.facet
    return found
