"""Namespaces, sources and tags."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from environments.local.standins.marquez import problems, reading, times
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.reading import Shape
from environments.local.standins.marquez.tables import Dataset, Job, Namespace, Source, Tag

Json = dict[str, Any]
DEFAULT = "The default global namespace for dataset, job, and run metadata not belonging to a user-specified namespace."


def plain_name(name: str) -> str:
    """Return a namespace's name with every character that a path may not carry made `_`."""
    return re.sub(r"[^a-zA-Z0-9:/\-_.@+]", "_", name)


def touch(session: Session, name: str, when: datetime) -> Namespace:
    """Make a namespace where it is not there, and unhide it."""
    found = session.get(Namespace, name)
    if found is None:
        found = Namespace(name=name, created=when, updated=when)
        session.add(found)
    found.hidden = False
    return found


def put_source(session: Session, name: str, type_: str, url: str | None, when: datetime, *, keep: bool) -> Source:
    """Make a source, or change the one of that name unless `keep`."""
    found = session.get(Source, name)
    if found is None:
        found = Source(name=name, type=type_, created=when, updated=when, url=url)
        session.add(found)
    found.updated = when
    if not keep:
        found.type, found.url = type_, url
    return found


def put_tag(session: Session, name: str) -> None:
    """Make a tag where it is not there."""
    if session.get(Tag, name) is None:
        session.add(Tag(name=name))


def existing(session: Session, name: str) -> Namespace:
    """Return a namespace, hidden or not; raises Problem (404)."""
    found = session.get(Namespace, name)
    if found is None:
        raise problems.not_found("Namespace", name)
    return found


def all_of(call: Call) -> Json:
    """List namespaces by name, hidden ones too."""
    limit, offset = call.page()
    rows = call.session.scalars(select(Namespace).order_by(Namespace.name).limit(limit).offset(offset))
    return {"namespaces": [_namespace(row) for row in rows]}


def one(call: Call) -> Json:
    """Show a namespace."""
    return _namespace(existing(call.session, call.path["namespace"]))


def put(call: Call) -> Json:
    """Make a namespace, or give it another owner; its description stays what it was."""
    body = call.body()
    call.bind(body, Shape("NamespaceMeta", {"ownerName": "text", "description": "text"}))
    owner = body.get("ownerName")
    if owner is None:
        raise reading.at_end(call.text, "NamespaceMeta", "ownerName is marked non-null but is null")
    if not str(owner).strip():
        java = 'marquez.service.models.NamespaceMeta["ownerName"]'
        raise problems.malformed(f"value must not be blank (through reference chain: {java})")
    now, name = times.now(), call.path["namespace"]
    found = call.session.get(Namespace, name)
    if found is None:
        found = Namespace(name=name, created=now, updated=now, description=body.get("description"))
        call.session.add(found)
    found.owner, found.updated, found.hidden = str(owner), now, False
    return _namespace(found)


def delete(call: Call) -> Json:
    """Hide a namespace with its jobs and datasets; the answer shows it as it was."""
    found = existing(call.session, call.path["namespace"])
    shown = _namespace(found)
    found.hidden = True
    for table in (Job, Dataset):
        call.session.execute(update(table).where(table.namespace == found.name).values(hidden=True))
    return shown


def _namespace(row: Namespace) -> Json:
    return {
        "name": row.name,
        "createdAt": times.shown(row.created),
        "updatedAt": times.shown(row.updated),
        "ownerName": row.owner,
        "description": row.description,
        "isHidden": row.hidden,
    }


def sources(call: Call) -> Json:
    """List sources by name; fails as the real server does when one of them has no URL."""
    limit, offset = call.page()
    rows = call.session.scalars(select(Source).order_by(Source.name).limit(limit).offset(offset))
    return {"sources": [_source(row) for row in rows]}


def source(call: Call) -> Json:
    """Show a source."""
    found = call.session.get(Source, call.path["source"])
    if found is None:
        raise problems.not_found("Source", call.path["source"])
    return _source(found)


def set_source(call: Call) -> Json:
    """Make or change a source."""
    body = call.body()
    call.bind(body, Shape("SourceMeta", {"type": "text", "connectionUrl": "uri", "description": "text"}))
    for key in ("type", "connectionUrl"):
        if body.get(key) is None:
            raise reading.at_end(call.text, "SourceMeta", f"{key} is marked non-null but is null")
    name, url = call.path["source"], body["connectionUrl"]
    found = put_source(call.session, name, str(body["type"]).upper(), url, times.now(), keep=False)
    found.description = body.get("description")
    return _source(found)


def _source(row: Source) -> Json:
    if not row.url:  # of a dataset that came without one: the real server cannot read it
        raise problems.failed()
    return {
        "type": row.type,
        "name": row.name,
        "createdAt": times.shown(row.created),
        "updatedAt": times.shown(row.updated),
        "connectionUrl": row.url,
        "description": row.description,
    }


def tags(call: Call) -> Json:
    """List tags by name."""
    limit, offset = call.page()
    rows = call.session.scalars(select(Tag).order_by(Tag.name).limit(limit).offset(offset))
    return {"tags": [{"name": row.name, "description": row.description} for row in rows]}


def set_tag(call: Call) -> Json:
    """Make or describe a tag."""
    body = call.body()
    call.bind(body, Shape("TagDescription", {"description": "text"}))
    tag = call.session.merge(Tag(name=call.path["tag"], description=body.get("description")))
    return {"name": tag.name, "description": tag.description}
