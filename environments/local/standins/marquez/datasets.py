"""Datasets and their versions: shown, listed, made by REST, tagged and deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Bundle, InstrumentedAttribute, Session

from environments.local.standins.marquez import column_lineage, facets, problems, reading, runs, times
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.namespaces import existing, put_tag
from environments.local.standins.marquez.reading import Shape
from environments.local.standins.marquez.recording_datasets import link_fields, put_dataset, put_fields, put_version
from environments.local.standins.marquez.tables import (
    Dataset,
    DatasetVersion,
    Facet,
    Field,
    Run,
    Source,
    Symlink,
    Tagged,
    VersionField,
)

Json = dict[str, Any]
_TYPES = ("DB_TABLE", "STREAM")
_WITH_FACETS = 10  # datasets of a list that show their facets: its query has that limit
_OF_VERSION = ("dataset", "unknown", "input")


class Named(NamedTuple):
    """A dataset under one of its names, with its current version."""

    link: Symlink
    dataset: Dataset
    version: DatasetVersion | None


def select_named() -> Select[Symlink, Dataset, DatasetVersion]:
    """Return a query of datasets that are not hidden, a row for each of their names, with the current version."""
    return (
        select(Symlink, Dataset, DatasetVersion)
        .join(Dataset, Dataset.id == Symlink.dataset)
        .outerjoin(DatasetVersion, DatasetVersion.id == Dataset.current_version)
        .where(~Dataset.hidden)
    )


def named(session: Session, *where: ColumnElement[bool] | InstrumentedAttribute[bool]) -> list[Named]:
    """Return datasets, once for each of their names."""
    return [Named(*row) for row in session.execute(select_named().where(*where))]


def named_briefly(session: Session, *where: ColumnElement[bool] | InstrumentedAttribute[bool]) -> list[Named]:
    """Return the same with no more than `brief` shows, which takes a fraction of the time where there are many."""
    columns: tuple[Any, ...] = (
        Bundle("link", Symlink.namespace, Symlink.name),
        Bundle(
            "dataset", Dataset.id, Dataset.type, Dataset.physical_name, Dataset.created, Dataset.updated,
            Dataset.source, Dataset.last_modified, Dataset.description,
        ),
        Bundle("version", DatasetVersion.fields, DatasetVersion.lifecycle),
    )  # fmt: skip
    found = select_named().with_only_columns(*columns, maintain_column_froms=True).where(*where)
    return [Named(*row) for row in session.execute(found)]


def known(call: Call) -> Named:
    """Return the dataset that the path names; raises Problem (404)."""
    existing(call.session, call.path["namespace"])
    return find(call.session, call.path["namespace"], call.path["dataset"])


def find(session: Session, namespace: str, name: str) -> Named:
    """Return the dataset of this name; raises Problem (404)."""
    found = named(session, Symlink.namespace == namespace, Symlink.name == name)
    if not found:
        raise problems.not_found("Dataset", name)
    return found[0]


def brief(row: Named, tags: Sequence[str] = ()) -> Json:
    """Show a dataset as the lineage graph does; its fields are those of its current version."""
    link, dataset, version = row
    return {
        "id": {"namespace": link.namespace, "name": link.name},
        "type": dataset.type,
        "name": link.name,
        "physicalName": dataset.physical_name,
        "createdAt": times.shown(dataset.created),
        "updatedAt": times.shown(dataset.updated),
        "namespace": link.namespace,
        "sourceName": dataset.source,
        "fields": (version.fields if version else None) or [],
        "tags": list(tags),
        "lastModifiedAt": times.shown(dataset.last_modified),
        "description": dataset.description,
        "lastLifecycleState": version.lifecycle if version else None,
    }


def _show(session: Session, rows: Sequence[Named], *, by_primary_name: bool) -> list[Json]:
    """Show datasets with tags and facets; facets go under the primary name alone when asked for."""
    tags, told = _tags(session, [row.dataset.id for row in rows]), defaultdict(list)
    current = [row.dataset.current_version for row in rows if row.dataset.current_version]
    for facet in facets.find(session, Facet.dataset_version.in_(current), Facet.kind.in_(_OF_VERSION)):
        told[facet.dataset_version].append(facet)
    return [
        {
            **brief(row, tags[row.dataset.id]),
            "currentVersion": row.dataset.current_version,
            "columnLineage": None,
            "facets": facets.merged(told[row.dataset.current_version])
            if row.link.primary or not by_primary_name
            else {},
            "deleted": row.dataset.deleted,
        }
        for row in rows
    ]


def _whole(session: Session, rows: Sequence[Named], *, by_primary_name: bool = False) -> list[Json]:
    """Show datasets with the columns that theirs were made of."""
    found = _show(session, rows, by_primary_name=by_primary_name)
    columns = _fields(session, [row.dataset.current_version for row in rows if row.dataset.current_version])
    made = column_lineage.of_datasets(session, [row.dataset.id for row in rows])
    for row, one in zip(rows, found, strict=True):
        one["fields"] = columns[row.dataset.current_version]
        one["columnLineage"] = made.get(row.dataset.id)
    return found


def _tags(session: Session, owners: Sequence[str]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for row in session.scalars(select(Tagged).where(Tagged.owner.in_(owners))):
        found[row.owner].append(row.tag)
    return found


def _fields(session: Session, versions: Sequence[str]) -> dict[str | None, list[Json]]:
    rows = session.execute(
        select(VersionField.version, Field)
        .join(Field, Field.id == VersionField.field)
        .where(VersionField.version.in_(versions))
    ).all()
    tags = _tags(session, [field.id for _, field in rows])
    found: dict[str | None, list[Json]] = defaultdict(list)
    for version, field in rows:
        one = {"name": field.name, "type": field.type, "tags": tags[field.id], "description": field.description}
        found[version].append(one)
    return found


def one(call: Call) -> Json:
    """Show a dataset."""
    return _whole(call.session, [known(call)], by_primary_name=True)[0]


def all_of(call: Call) -> Json:
    """List a namespace's datasets by name."""
    (limit, offset), namespace = call.page(), call.path["namespace"]
    existing(call.session, namespace)
    ours = select_named().where(Symlink.namespace == namespace)
    total = call.session.scalar(select(func.count()).select_from(ours.subquery()))
    page = call.session.execute(ours.order_by(Symlink.name).limit(limit).offset(offset))
    shown = _whole(call.session, [Named(*row) for row in page])
    for one in shown[_WITH_FACETS:]:
        one["facets"] = {}
    return {"totalCount": total, "datasets": shown}


def versions(call: Call) -> Json:
    """List a dataset's versions, the newest first."""
    limit, offset = call.number("limit", 100), call.number("offset", 0)
    known(call)
    if limit < 0 or offset < 0:  # not validated there: the database refuses it
        raise problems.failed()
    namespace, name = call.path["namespace"], call.path["dataset"]
    ours = select(DatasetVersion).filter_by(namespace=namespace, name=name)
    total = call.session.scalar(select(func.count()).select_from(ours.subquery()))
    rows = call.session.scalars(ours.order_by(DatasetVersion.created.desc()).limit(limit).offset(offset)).all()
    return {"versions": _versions(call.session, rows, Facet.kind.in_(_OF_VERSION)), "totalCount": total}


def version(call: Call) -> Json:
    """Show one version of a dataset."""
    known(call)
    found = call.session.get(DatasetVersion, call.path["version"].lower())
    if found is None:
        raise problems.not_found("Dataset version", call.path["version"])
    return _versions(call.session, [found], Facet.run.is_not(None))[0]


def _versions(session: Session, rows: Sequence[DatasetVersion], told: Any) -> list[Json]:
    ids = {row.dataset for row in rows}
    primary = {row.dataset.id: row for row in named(session, Symlink.primary, Dataset.id.in_(ids))}
    tags, by_version = _tags(session, list(ids)), defaultdict(list)
    for facet in facets.find(session, Facet.dataset_version.in_([row.id for row in rows]), told):
        by_version[facet.dataset_version].append(facet)
    writers = session.scalars(select(Run).where(Run.id.in_([row.run for row in rows if row.run]))).all()
    shown = {run["id"]: run for run in runs.show(session, writers)}
    found = []
    for row in rows:
        link, dataset, _ = primary[row.dataset]
        found.append(
            {
                "id": {"namespace": link.namespace, "name": link.name},
                "type": dataset.type,
                "name": link.name,
                "physicalName": dataset.physical_name,
                "createdAt": times.shown(row.created),
                "version": row.id,
                "namespace": link.namespace,
                "sourceName": dataset.source,
                "fields": row.fields,
                "tags": tags[dataset.id],
                "lifecycleState": row.lifecycle,
                "description": dataset.description,
                "currentSchemaVersion": row.schema_version,
                "createdByRun": shown.get(row.run or ""),
                "facets": facets.merged(by_version[row.id]),
            }
        )
    return found


_DOCUMENTED: dict[str, Any] = {"description": "text", "tags": ["text"]}
_FIELD = Shape("Field", {"name": "text", "type": "text", **_DOCUMENTED}, ("name",))
_META = Shape("DatasetMeta", {"physicalName": "text", "sourceName": "text", "runId": "uuid", "fields": [_FIELD],
                              **_DOCUMENTED})  # fmt: skip


def put(call: Call) -> Json:
    """Make or change a dataset by REST: a new version of it."""
    body = call.body()
    call.bind(body, _META)
    if body.get("type") not in _TYPES:
        said = "Could not resolve subtype of [simple type, class marquez.service.models.DatasetMeta]: missing type id "
        raise reading.unresolved(call.text, f"{said}property 'type'")
    namespace, name = call.path["namespace"], call.path["dataset"]
    existing(call.session, namespace)
    if call.session.get(Source, body.get("sourceName")) is None:
        raise problems.not_found("Source", str(body.get("sourceName")))
    now, columns = times.now(), body.get("fields") or []
    dataset = put_dataset(
        call.session, namespace, name, now, type=body["type"], source=body["sourceName"],
        physical_name=body.get("physicalName") or name,
    )  # fmt: skip
    dataset.description = body.get("description") or dataset.description
    fields = put_fields(call.session, dataset, columns)
    made = put_version(call.session, dataset, namespace, name, columns, now, body.get("runId"), None, written=True)
    link_fields(call.session, made, fields)
    dataset.current_version = made.id
    owners = [(dataset.id, body.get("tags")), *((f.id, c.get("tags")) for f, c in zip(fields, columns, strict=True))]
    for owner, told in owners:
        for tag_name in told or ():
            put_tag(call.session, tag_name)
            call.session.merge(Tagged(owner=owner, tag=tag_name))
    call.session.flush()
    return _whole(call.session, [known(call)])[0]


def delete(call: Call) -> Json:
    """Hide a dataset; the answer shows it as it was."""
    row = known(call)
    shown = _show(call.session, [row], by_primary_name=True)[0]
    row.dataset.hidden = True
    return shown


def tag(call: Call) -> Json:
    """Put a tag on a dataset."""
    row = known(call)
    put_tag(call.session, call.path["tag"])
    call.session.merge(Tagged(owner=row.dataset.id, tag=call.path["tag"]))
    return _tagged(call, row)


def untag(call: Call) -> Json:
    """Take a tag off a dataset."""
    row = known(call)
    if (tagged := call.session.get(Tagged, (row.dataset.id, call.path["tag"]))) is not None:
        call.session.delete(tagged)
    return _tagged(call, row)


def tag_field(call: Call) -> Json:
    """Put a tag, in upper case, on a field and on the current version's record of it."""
    row, name = known(call), call.path["tag"].upper()
    field = _field(call, row)
    put_tag(call.session, name)
    call.session.merge(Tagged(owner=field.id, tag=name))
    _retag(row.version, field.name, lambda tags: [*tags, *([] if name in tags else [name])])
    return _tagged(call, row)


def untag_field(call: Call) -> Json:
    """Take a tag off a field."""
    row, name = known(call), call.path["tag"].upper()
    field = _field(call, row)
    if (tagged := call.session.get(Tagged, (field.id, name))) is not None:
        call.session.delete(tagged)
    _retag(row.version, field.name, lambda tags: [one for one in tags if one != name])
    return _tagged(call, row)


def _tagged(call: Call, row: Named) -> Json:
    call.session.flush()
    return _show(call.session, [row], by_primary_name=True)[0]


def _field(call: Call, row: Named) -> Field:
    name = call.path["field"]
    found = call.session.scalars(select(Field).filter_by(dataset=row.dataset.id, name=name)).first()
    if found is None:
        raise problems.not_found("Field", name, f" for dataset '{call.path['dataset']}'")
    return found


def _retag(version: DatasetVersion | None, name: str, change: Any) -> None:
    if version is not None:
        version.fields = [
            {**one, "tags": change(one["tags"])} if one["name"].lower() == name.lower() else one
            for one in version.fields
        ]
