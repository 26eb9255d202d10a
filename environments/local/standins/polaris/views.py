"""Catalog API: views, on PyIceberg's models of them; what changes a view is Iceberg's ViewMetadata.Builder in small."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from pydantic import Field, TypeAdapter
from pyiceberg.table.update import (
    AddSchemaUpdate,
    AssignUUIDUpdate,
    RemovePropertiesUpdate,
    SetLocationUpdate,
    SetPropertiesUpdate,
    UpgradeFormatVersionUpdate,
)
from pyiceberg.typedef import IcebergBaseModel
from pyiceberg.view.metadata import ViewMetadata, ViewVersion
from sqlalchemy.orm import Session

from . import metadata as iceberg
from .call import Call, Json, objects, read_json
from .commits import ATTEMPTS
from .entities import Entity, remove, swap_pointer
from .errors import Refusal, bad_json
from .locations import allowed_for, base, check_free, check_inside, flag, folder
from .names import catalog_named, check_name, dotted, identifier, resolve_namespace
from .paging import listed
from .tables import check_purge, check_unused, found, rename

_METADATA, _VERSION = TypeAdapter(ViewMetadata), TypeAdapter(ViewVersion)

# Updates of the specification that are for tables: what the real server calls them when it refuses them.
_TABLE_ONLY = {
    "add-spec": "AddPartitionSpec",
    "set-default-spec": "SetDefaultPartitionSpec",
    "add-sort-order": "AddSortOrder",
    "set-default-sort-order": "SetDefaultSortOrder",
    "add-snapshot": "AddSnapshot",
    "set-snapshot-ref": "SetSnapshotRef",
    "remove-snapshots": "RemoveSnapshots",
    "remove-snapshot-ref": "RemoveSnapshotRef",
    "set-current-schema": "SetCurrentSchema",
    "set-statistics": "SetStatistics",
    "remove-statistics": "RemoveStatistics",
}


def list_views(call: Call) -> Json:
    """GET views."""
    levels = call.levels
    with call.server.database.read() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), levels)
        call.access(session, path[0]).require("LIST_VIEWS", path)
        return listed(
            call, session, path[0], path[-1], "view", "identifiers", lambda e: {"namespace": levels, "name": e.name}
        )


def _checked(document: Json) -> Json:
    """Return a view's metadata document after PyIceberg's model has read it."""
    iceberg.modelled(_METADATA, document)
    return document


def _version(given: Any, schema_id: int) -> Json:
    version = iceberg.modelled(_VERSION, given)
    shown: Json = version.model_dump(mode="json", by_alias=True, exclude_none=True)
    return shown | {"schema-id": schema_id if version.schema_id == -1 else version.schema_id}


def create_view(call: Call) -> Json:
    """POST views."""
    sent, levels = call.body(), call.levels
    for field in ("view-version", "schema"):
        if sent.get(field) is None:
            raise Refusal("IllegalArgumentException", f"Cannot parse missing field: {field}")
    name = sent.get("name")
    if not isinstance(name, str):
        raise Refusal("IllegalArgumentException", "Cannot parse missing string: name")
    with call.server.database.read() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), levels)
        call.access(session, path[0]).require("CREATE_VIEW", path)
        check_unused(session, path[-1], levels, name, "view")
        check_name(name)
        location = str(sent["location"]).rstrip("/") if sent.get("location") else _place(path) + name
        check_inside([location], allowed_for(path[0], path[1:]), identifier(levels, name))
        check_free(session, path[-1], location)
    version = _version(sent["view-version"], 0) | {"summary": {"iceberg-version": "PyIceberg (stand-in)"}}
    document = _checked(
        {
            "view-uuid": str(uuid.uuid4()),
            "format-version": 1,
            "location": location,
            "properties": sent.get("properties") or {},
            "schemas": [sent["schema"]],
            "current-version-id": version["version-id"],
            "versions": [version],
            "version-log": [{"timestamp-ms": version["timestamp-ms"], "version-id": version["version-id"]}],
        }
    )
    pointer = _write(call, path[0], document, None)
    with call.server.database.write() as session:
        _add(session, path, levels, name, location, pointer)
    return _shown(pointer, document)


def _place(path: list[Entity]) -> str:
    place = folder(base(path[0]))
    for namespace in path[1:]:
        place = namespace.location or f"{place}{namespace.name}/"
    return folder(place)


def _add(session: Session, path: list[Entity], levels: list[str], name: str, location: str, pointer: str) -> None:
    resolve_namespace(session, path[0], levels)
    check_unused(session, path[-1], levels, name, "view")
    check_free(session, path[-1], location)
    session.add(Entity("view", name, parent_id=path[-1].id, catalog_id=path[0].id, location=location, pointer=pointer))


def _write(call: Call, catalog: Entity, document: Json, previous: str | None) -> str:
    packed = {"write.metadata.compression-codec": "gzip"} | document["properties"]
    pointer = iceberg.new_location(document["location"], packed, previous)
    call.server.vendor.bucket(catalog, document["location"]).put(pointer, iceberg.to_bytes(document, pointer))
    return pointer


def _read(call: Call, catalog: Entity, location: str, pointer: str) -> Json:
    content = iceberg.unpacked(call.server.vendor.bucket(catalog, location).get(pointer))
    document = read_json(content)
    return _checked(document) if isinstance(document, dict) else _checked({})


def _shown(pointer: str, document: Json) -> Json:
    return {"metadata-location": pointer, "metadata": document}


def load_view(call: Call) -> Json:
    """GET a view."""
    with call.server.database.read() as session:
        path = found(call, session, "view")
        call.access(session, path[0]).require("LOAD_VIEW", path)
    view = path[-1]
    return _shown(view.pointer or "", _read(call, path[0], view.location or "", view.pointer or ""))


def view_exists(call: Call) -> int:
    """HEAD a view."""
    with call.server.database.read() as session:
        path = found(call, session, "view")
        call.access(session, path[0]).require("VIEW_EXISTS", path)
    return 204


def replace_view(call: Call) -> Json:
    """POST a view: new versions of it, swapped in as a table's are."""
    sent = call.body()
    requirements, updates = objects(sent.get("requirements")), objects(sent.get("updates"))
    for _ in range(ATTEMPTS):
        with call.server.database.read() as session:
            path = found(call, session, "view")
            call.access(session, path[0]).require("REPLACE_VIEW", path)
        view, old = path[-1], path[-1].pointer or ""
        document = _read(call, path[0], view.location or "", old)
        for requirement in requirements:
            _check_requirement(requirement, document)
        for update in updates:
            _apply(update, document)
        check_inside([document["location"]], [view.location or ""], identifier(call.levels, view.name))
        pointer = _write(call, path[0], _checked(document), old)
        with call.server.database.write() as session:
            if swap_pointer(session, view, old, pointer):
                return _shown(pointer, document)
    raise Refusal("CommitFailedException", f"Cannot commit to view {identifier(call.levels, view.name)}")


def _check_requirement(requirement: Json, document: Json) -> None:
    if requirement.get("type") != "assert-view-uuid":
        raise bad_json()
    if requirement.get("uuid") != document["view-uuid"]:
        raise Refusal(
            "CommitFailedException",
            f"Requirement failed: view UUID does not match: expected {document['view-uuid']} != "
            f"{requirement.get('uuid')}",
        )


def _apply(update: Json, document: Json) -> None:
    action = str(update.get("action"))
    if action in _TABLE_ONLY:
        message = f"Cannot apply update {_TABLE_ONLY[action]} to a view"
        raise Refusal("UnsupportedOperationException", message)
    if action not in _UPDATES:
        raise bad_json()
    model, change = _UPDATES[action]
    iceberg.modelled(model, update)
    change(document, update)


class _AddVersion(IcebergBaseModel):
    view_version: ViewVersion = Field(alias="view-version")


class _SetVersion(IcebergBaseModel):
    view_version_id: int = Field(alias="view-version-id")


def _add_version(document: Json, update: Json) -> None:
    version = _version(update["view-version"], document["schemas"][-1]["schema-id"])
    if any(known["version-id"] == version["version-id"] for known in document["versions"]):
        version["version-id"] = max(known["version-id"] for known in document["versions"]) + 1
    document["versions"] = [*document["versions"], version]


def _set_version(document: Json, update: Json) -> None:
    wanted = update["view-version-id"]
    wanted = document["versions"][-1]["version-id"] if wanted == -1 else wanted
    if not any(known["version-id"] == wanted for known in document["versions"]):
        message = f"Cannot set current version to unknown version: {wanted}"
        raise Refusal("IllegalArgumentException", message)
    document["current-version-id"] = wanted
    log = {"timestamp-ms": int(time.time() * 1000), "version-id": wanted}
    document["version-log"] = [*document["version-log"], log]


# Action -> the model that its fields must fit, and what it does to a view's metadata document.
_UPDATES: dict[str, tuple[TypeAdapter[Any], Callable[[Json, Json], object]]] = {
    "add-schema": (TypeAdapter(AddSchemaUpdate), lambda d, u: d["schemas"].append(u["schema"])),
    "add-view-version": (TypeAdapter(_AddVersion), _add_version),
    "set-current-view-version": (TypeAdapter(_SetVersion), _set_version),
    "set-properties": (TypeAdapter(SetPropertiesUpdate), lambda d, u: d["properties"].update(u["updates"])),
    "remove-properties": (
        TypeAdapter(RemovePropertiesUpdate), lambda d, u: [d["properties"].pop(name, None) for name in u["removals"]]),
    "set-location": (TypeAdapter(SetLocationUpdate), lambda d, u: d.update(location=u["location"].rstrip("/"))),
    "assign-uuid": (TypeAdapter(AssignUUIDUpdate), lambda d, u: d.update({"view-uuid": u["uuid"]})),
    "upgrade-format-version": (
        TypeAdapter(UpgradeFormatVersionUpdate), lambda d, u: d.update({"format-version": u["format-version"]})),
}  # fmt: skip


def drop_view(call: Call) -> int:
    """DELETE a view: with its metadata, which the catalog must allow, unless it says to keep that."""
    with call.server.database.write() as session:
        path = found(call, session, "view")
        call.access(session, path[0]).require("DROP_VIEW", path)
        purge = flag(path[0], "purge-view-metadata-on-drop", default=True)
        if purge:
            check_purge(path)
        remove(session, path[-1])
    if purge:
        call.server.vendor.bucket(path[0], path[-1].location or "").delete(path[-1].pointer or "")
    return 204


def rename_view(call: Call) -> int:
    """POST views/rename."""
    return rename(call, "view")


def register_view(call: Call) -> Json:
    """POST register-view: a metadata file that is there becomes a view."""
    sent, levels = call.body(), call.levels
    for field in ("name", "metadata-location"):
        if not isinstance(sent.get(field), str):
            raise Refusal("IllegalArgumentException", f"Cannot parse missing string: {field}")
    name, pointer = sent["name"], sent["metadata-location"]
    with call.server.database.read() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), levels)
        call.access(session, path[0]).require("REGISTER_VIEW", path)
        check_unused(session, path[-1], levels, name, "view")
        allowed = allowed_for(path[0], path[1:])
        check_inside([pointer], allowed, dotted([*levels, check_name(name)]))
    document = _read(call, path[0], allowed[0], pointer)
    with call.server.database.write() as session:
        check_unused(session, path[-1], levels, name, "view")
        session.add(
            Entity(
                "view",
                name,
                parent_id=path[-1].id,
                catalog_id=path[0].id,
                location=document["location"],
                pointer=pointer,
            )
        )
    return _shown(pointer, document)
