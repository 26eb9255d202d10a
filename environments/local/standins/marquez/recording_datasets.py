"""What an event changes of one dataset: its names, source, fields, versions and column lineage."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from environments.local.standins.marquez.facets import add_dataset_facets
from environments.local.standins.marquez.namespaces import plain_name, put_source, touch
from environments.local.standins.marquez.problems import page
from environments.local.standins.marquez.tables import (
    ColumnEdge,
    Dataset,
    DatasetVersion,
    Field,
    RunInput,
    Symlink,
    VersionField,
)

Json = dict[str, Any]
_CONTENT = uuid.UUID("7a9d3f52-0c1e-5f0b-9a53-2d9a52f8c001")
_LONGEST_FIELD = 255  # characters of a column's name, in the real server's database


def content_uuid(*content: Any) -> str:
    """Return the same UUID for the same content."""
    return str(uuid.uuid5(_CONTENT, json.dumps(content, sort_keys=True)))


def record_dataset(session: Session, told: Json, when: datetime, run: str | None, *, reads: bool) -> DatasetVersion:
    """Write a dataset as an event tells it, and return its version: the current one when read, else the run's."""
    session.flush()
    with session.no_autoflush:  # what is written below is not asked for again here
        return _record(session, told, when, run, reads=reads)


def _record(session: Session, told: Json, when: datetime, run: str | None, *, reads: bool) -> DatasetVersion:
    facets = {name: facet for name, facet in (told.get("facets") or {}).items() if facet is not None}
    own = (told["namespace"], told["name"])
    identifiers = (facets.get("symlinks") or {}).get("identifiers") or ()
    others = dict.fromkeys((one["namespace"], one["name"]) for one in identifiers)
    for namespace in dict.fromkeys([own[0], plain_name(own[0]), *(other[0] for other in others)]):
        touch(session, namespace, when)
    data_source = facets.get("dataSource") or {"name": "default", "uri": ""}
    if data_source.get("name") is None:
        raise page(keeps=True)  # the real server's database refuses it
    put_source(
        session, data_source["name"], "POSTGRESQL", data_source.get("uri"), when, keep="dataSource" not in facets
    )
    lifecycle = (facets.get("lifecycleStateChange") or {}).get("lifecycleStateChange") or ""
    dataset = put_dataset(session, told["namespace"], told["name"], when, type="DB_TABLE", source=data_source["name"],
                          physical_name=told["name"])  # fmt: skip
    dataset.description = (facets.get("documentation") or {}).get("description")
    dataset.deleted = lifecycle.upper() == "DROP"
    for other in others:
        if other != own and session.get(Symlink, other) is None:
            session.add(Symlink(namespace=other[0], name=other[1], dataset=dataset.id, primary=False))
    columns = (facets.get("schema") or {}).get("fields") or []
    fields = put_fields(session, dataset, columns)
    version = session.get(DatasetVersion, dataset.current_version) if reads and dataset.current_version else None
    if version is None:
        version = put_version(session, dataset, told["namespace"], told["name"], columns, when, run, lifecycle,
                              written=not reads)  # fmt: skip
    link_fields(session, version, fields)
    if reads and run is not None:
        if session.get(RunInput, (run, version.id)) is None:
            session.add(RunInput(run=run, version=version.id))
        if dataset.current_version is None:
            dataset.current_version = version.id
    if not reads and run is not None and "columnLineage" in facets:
        _column_edges(session, facets["columnLineage"].get("fields") or {}, version, fields, run, when)
    add_dataset_facets(session, told, facets, when, version.id, run, reads=reads)
    return version


def put_dataset(session: Session, namespace: str, name: str, when: datetime, *, type: str, source: str,
                physical_name: str) -> Dataset:  # fmt: skip
    """Make a dataset, or find the one that has this name and unhide it."""
    link = session.get(Symlink, (namespace, name))
    dataset = session.get(Dataset, link.dataset) if link else None
    if link is None:
        link = Symlink(namespace=namespace, name=name, dataset=str(uuid.uuid4()), primary=True)
        session.add(link)
    if dataset is None:
        dataset = Dataset(id=link.dataset, namespace=plain_name(namespace), name=name, type=type, source=source,
                          physical_name=physical_name, created=when, updated=when)  # fmt: skip
        session.add(dataset)
    dataset.type, dataset.updated, dataset.physical_name, dataset.hidden = type, when, physical_name, False
    return dataset


def put_fields(session: Session, dataset: Dataset, columns: list[Json]) -> list[Field]:
    """Make the fields that are new, by name and type, and return them all."""
    if not columns:
        return []
    known = {(one.name, one.type): one for one in session.scalars(select(Field).filter_by(dataset=dataset.id))}
    found = []
    for column in columns:
        name, type_ = column["name"], column.get("type")
        if len(name) > _LONGEST_FIELD:
            raise page(keeps=True)  # the real server writes row by row, and stops there
        if (field := known.get((name, type_))) is None:
            field = known[name, type_] = Field(id=str(uuid.uuid4()), dataset=dataset.id, name=name, type=type_,
                                               description=None)  # fmt: skip
            session.add(field)
        field.description = column.get("description")
        found.append(field)
    return found


def put_version(session: Session, dataset: Dataset, namespace: str, name: str, columns: list[Json], when: datetime,
                run: str | None, lifecycle: str | None, *, written: bool) -> DatasetVersion:  # fmt: skip
    """Make a version of a dataset, or find the one with the same content of the same run."""
    kept = [{"name": one["name"], "type": one.get("type"), "tags": list(one.get("tags") or ()),
             "description": one.get("description")} for one in columns]  # fmt: skip
    number = content_uuid(namespace, name, dataset.source, dataset.physical_name, lifecycle, columns, run)
    version = session.scalar(select(DatasetVersion).filter_by(version=number))
    if version is None:
        schema = content_uuid(dataset.id, sorted((one["name"], one["type"] or "") for one in kept))
        version = DatasetVersion(id=str(uuid.uuid4()), dataset=dataset.id, version=number, schema_version=schema,
                                 run=None, fields=kept, namespace=namespace, name=name, lifecycle=lifecycle,
                                 created=when)  # fmt: skip
        session.add(version)
    version.run = run if written else None
    return version


def link_fields(session: Session, version: DatasetVersion, fields: list[Field]) -> None:
    """Say that a version has these fields."""
    if fields:
        linked = set(session.scalars(select(VersionField.field).filter_by(version=version.id)))
        for id_ in dict.fromkeys(field.id for field in fields):
            if id_ not in linked:
                session.add(VersionField(version=version.id, field=id_))


def _column_edges(session: Session, told: Json, version: DatasetVersion, fields: list[Field], run: str,
                  when: datetime) -> None:  # fmt: skip
    """Write which columns of the run's inputs a column was made of; columns that are not known are left out."""
    session.flush()
    rows = session.execute(
        select(Symlink.namespace, Symlink.name, Field.name, VersionField.version, Field.id)
        .join(DatasetVersion, DatasetVersion.dataset == Symlink.dataset)
        .join(VersionField, VersionField.version == DatasetVersion.id)
        .join(Field, Field.id == VersionField.field)
        .join(RunInput, RunInput.version == DatasetVersion.id)
        .where(RunInput.run == run)
    )
    inputs = {(namespace, name, field): (version_id, id_) for namespace, name, field, version_id, id_ in rows}
    for name, column in told.items():
        if column is None:
            raise page(keeps=True)  # the real server reads what is not there
        output = next((field for field in fields if field.name == name), None)
        for source in column.get("inputFields") or () if output else ():
            found = inputs.get((source["namespace"], source["name"], source["field"]))
            if output is None or found is None:
                continue
            key = (version.id, output.id, *found)
            edge = session.get(ColumnEdge, key)
            if edge is None:
                edge = ColumnEdge(output_version=key[0], output_field=key[1], input_version=key[2], input_field=key[3],
                                  description=None, type=None, created=when, updated=when)  # fmt: skip
                session.add(edge)
            edge.description, edge.type = column.get("transformationDescription"), column.get("transformationType")
            edge.updated = when
