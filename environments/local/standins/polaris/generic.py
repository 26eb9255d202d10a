"""Polaris' own API below /polaris/v1: generic tables, and policies as far as keeping them."""

from __future__ import annotations

from typing import Any

from .call import Call, Json, texts
from .entities import Entity, child, remove
from .errors import Empty, Refusal, not_done
from .names import catalog_named, check_name, identifier, resolve_in_namespace, resolve_namespace
from .paging import listed
from .tables import check_unused

_POLICY_TYPES = (
    "system.data-compaction",
    "system.metadata-compaction",
    "system.orphan-file-removal",
    "system.snapshot-expiry",
)


def _list(call: Call, kind: str, operation: str) -> Json:
    levels = call.levels
    with call.server.database.read() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), levels)
        call.access(session, path[0]).require(operation, path)
        return listed(
            call, session, path[0], path[-1], kind, "identifiers", lambda e: {"namespace": levels, "name": e.name}
        )


def _load(call: Call, kind: str, operation: str) -> Entity:
    with call.server.database.read() as session:
        catalog = catalog_named(session, call.param("prefix"))
        path = resolve_in_namespace(session, catalog, call.levels, kind, call.param("name"))
        call.access(session, path[0]).require(operation, path)
        return path[-1]


def _drop(call: Call, kind: str, operation: str) -> int:
    with call.server.database.write() as session:
        catalog = catalog_named(session, call.param("prefix"))
        path = resolve_in_namespace(session, catalog, call.levels, kind, call.param("name"))
        call.access(session, path[0]).require(operation, path)
        remove(session, path[-1])
        return 204


def _create(call: Call, kind: str, operation: str, name: Any, details: Json, properties: dict[str, str]) -> Entity:
    if not isinstance(name, str):
        raise Empty(400)
    levels = call.levels
    with call.server.database.write() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), levels)
        call.access(session, path[0]).require(operation, path)
        check_name(name)
        if kind == "generic-table":
            check_unused(session, path[-1], levels, name, kind)
        elif child(session, path[-1].id, kind, name) is not None:
            raise Refusal("AlreadyExistsException", f"Policy already exists {identifier(levels, name)}")
        entity = Entity(
            kind, name, parent_id=path[-1].id, catalog_id=path[0].id, details=details, properties=properties
        )
        session.add(entity)
        session.flush()
        return entity


def _table(entity: Entity) -> Json:
    table = {"name": entity.name, "format": entity.details["format"], "base-location": entity.details["location"]}
    table |= {"doc": entity.details["doc"], "properties": entity.properties}
    return {"table": table, "storage-access-configs": []}


def list_generic(call: Call) -> Json:
    """GET generic-tables."""
    return _list(call, "generic-table", "LIST_GENERIC_TABLES")


def create_generic(call: Call) -> Json:
    """POST generic-tables."""
    sent = call.body()
    if not isinstance(sent.get("format"), str):
        raise Empty(400)
    details = {"format": sent["format"], "doc": sent.get("doc"), "location": sent.get("base-location")}
    properties = texts(sent.get("properties"))
    return _table(_create(call, "generic-table", "CREATE_GENERIC_TABLE", sent.get("name"), details, properties))


def load_generic(call: Call) -> Json:
    """GET a generic table."""
    return _table(_load(call, "generic-table", "LOAD_GENERIC_TABLE"))


def drop_generic(call: Call) -> int:
    """DELETE a generic table."""
    return _drop(call, "generic-table", "DROP_GENERIC_TABLE")


def _policy(entity: Entity) -> Json:
    return {"policy": {**entity.details, "name": entity.name}}


def list_policies(call: Call) -> Json:
    """GET policies."""
    return _list(call, "policy", "LIST_POLICY")


def create_policy(call: Call) -> Json:
    """POST policies."""
    sent = call.body()
    if sent.get("type") not in _POLICY_TYPES:
        raise Refusal("BadRequestException", f"Unknown policy type: {sent.get('type')}")
    details = {
        "policy-type": sent["type"],
        "inheritable": True,
        "description": sent.get("description"),
        "content": sent.get("content"),
        "version": 0,
    }
    return _policy(_create(call, "policy", "CREATE_POLICY", sent.get("name"), details, {}))


def load_policy(call: Call) -> Json:
    """GET a policy."""
    return _policy(_load(call, "policy", "LOAD_POLICY"))


def drop_policy(call: Call) -> int:
    """DELETE a policy."""
    return _drop(call, "policy", "DROP_POLICY")


def not_done_yet(_call: Call) -> Any:
    """Answer 501."""
    raise not_done("changing policies, attaching them, and asking which apply")
