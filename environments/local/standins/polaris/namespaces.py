"""Catalog API: configuration and namespaces."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from .call import Call, Json, split_namespace
from .entities import ROOT, Entity, child, children, remove
from .errors import Refusal, bad_json
from .locations import base, check_free, flag, folder
from .names import catalog_named, check_name, dotted, levels_of, resolve_namespace
from .paging import listed

_NS = "/v1/{prefix}/namespaces"
_POLARIS = "polaris/v1/{prefix}/namespaces/{namespace}"
_GENERIC = f"{_POLARIS}/generic-tables"
_POLICIES = f"/{_POLARIS}/policies"
# What `GET /v1/config` says the server does, word for word.
ENDPOINTS = [
    f"GET {_NS}", f"GET {_NS}/{{namespace}}", f"HEAD {_NS}/{{namespace}}", f"POST {_NS}",
    f"POST {_NS}/{{namespace}}/properties", f"DELETE {_NS}/{{namespace}}",
    f"GET {_NS}/{{namespace}}/tables", f"GET {_NS}/{{namespace}}/tables/{{table}}",
    f"HEAD {_NS}/{{namespace}}/tables/{{table}}", f"POST {_NS}/{{namespace}}/tables",
    f"POST {_NS}/{{namespace}}/tables/{{table}}", f"DELETE {_NS}/{{namespace}}/tables/{{table}}",
    "POST /v1/{prefix}/tables/rename", f"POST {_NS}/{{namespace}}/register",
    f"POST {_NS}/{{namespace}}/tables/{{table}}/metrics", "POST /v1/{prefix}/transactions/commit",
    f"GET {_NS}/{{namespace}}/views", f"GET {_NS}/{{namespace}}/views/{{view}}",
    f"HEAD {_NS}/{{namespace}}/views/{{view}}", f"POST {_NS}/{{namespace}}/views",
    f"POST {_NS}/{{namespace}}/views/{{view}}", f"DELETE {_NS}/{{namespace}}/views/{{view}}",
    "POST /v1/{prefix}/views/rename", f"POST {_NS}/{{namespace}}/register-view",
    f"GET {_GENERIC}", f"POST {_GENERIC}", f"DELETE {_GENERIC}/{{generic-table}}", f"GET {_GENERIC}/{{generic-table}}",
    f"GET {_POLICIES}", f"POST {_POLICIES}", f"GET {_POLICIES}/{{policy-name}}", f"PUT {_POLICIES}/{{policy-name}}",
    f"DELETE {_POLICIES}/{{policy-name}}", f"PUT {_POLICIES}/{{policy-name}}/mappings",
    f"POST {_POLICIES}/{{policy-name}}/mappings", "GET /polaris/v1/{prefix}/applicable-policies",
]  # fmt: skip


def get_config(call: Call) -> Json:
    """GET /v1/config?warehouse=."""
    warehouse = call.query("warehouse")
    if not warehouse:
        raise Refusal("BadRequestException", "Please specify a warehouse")
    with call.server.database.read() as session:
        catalog = child(session, ROOT, "catalog", warehouse)
        if catalog is None:
            raise Refusal("NotFoundException", f"Unable to find warehouse {warehouse}")
        overrides = {"namespace-separator": "%1F", "prefix": catalog.name}
        return {"defaults": catalog.properties, "overrides": overrides, "endpoints": ENDPOINTS}


def shown(session: Session, namespace: Entity) -> Json:
    """Return a namespace as the API shows it."""
    location = {"location": namespace.location} if namespace.location else {}
    return {"namespace": levels_of(session, namespace), "properties": namespace.properties | location}


def list_namespaces(call: Call) -> Json:
    """GET namespaces, those directly below `parent`."""
    parent = call.query("parent")
    levels = split_namespace(parent) if parent else []
    with call.server.database.read() as session:
        catalog = catalog_named(session, call.param("prefix"))
        path = resolve_namespace(session, catalog, levels)
        call.access(session, path[0]).require("LIST_NAMESPACES", path)
        return listed(call, session, path[0], path[-1], "namespace", "namespaces", lambda e: [*levels, e.name])


def create_namespace(call: Call) -> Json:
    """POST namespaces: its location is its parent's and its name, unless the catalog allows another."""
    sent = call.body(
        'Cannot invoke "org.apache.iceberg.rest.requests.CreateNamespaceRequest.properties()" because '
        '"createNamespaceRequest" is null'
    )
    levels, given = _levels(sent.get("namespace")), sent.get("properties")
    properties = _properties({k: v for k, v in given.items() if v is not None} if isinstance(given, dict) else given)
    if not levels:
        raise Refusal("AlreadyExistsException", "Cannot create root namespace, as it already exists implicitly.")
    for level in levels:
        check_name(level)
    with call.server.database.write() as session:
        parents = resolve_namespace(session, catalog_named(session, call.param("prefix")), levels[:-1])
        catalog, parent = parents[0], parents[-1]
        call.access(session, catalog).require("CREATE_NAMESPACE", parents)
        if child(session, parent.id, "namespace", levels[-1]) is not None:
            message = f"Cannot create namespace {dotted(levels)}. Namespace already exists"
            raise Refusal("AlreadyExistsException", message)
        usual = folder(_default(catalog, parents[1:]) + levels[-1])
        place = properties.pop("location", None)
        location = usual if place is None else folder(place) if place else "file:///"
        check_free(session, parent, location)
        if location != usual and not flag(catalog, "namespace-custom-location.enabled"):
            raise Refusal(
                "IllegalArgumentException",
                f"Namespace {dotted(levels)} has a custom location, which is not enabled. Expected a location in: "
                f"[{usual}]. Got location: {location}]",
            )
        namespace = Entity(
            "namespace",
            levels[-1],
            parent_id=parent.id,
            catalog_id=catalog.id,
            properties=properties,
            location=location,
        )
        session.add(namespace)
        session.flush()
        made = shown(session, namespace)
    _properties(given)  # a property without a value is refused only now that the namespace is there (recorded)
    return made


def _default(catalog: Entity, namespaces: list[Entity]) -> str:
    """Return the location below which a namespace's children lie."""
    location = folder(base(catalog))
    for namespace in namespaces:
        location = namespace.location or f"{location}{namespace.name}/"
    return location


def _levels(given: Any) -> list[str]:
    if given is None:
        raise Refusal(
            "NullPointerException",
            'Cannot invoke "org.apache.iceberg.catalog.Namespace.levels()" because "namespace" is null',
        )
    if not isinstance(given, list) or any(isinstance(level, (dict, list)) for level in given):
        raise bad_json()
    return ["null" if level is None else str(level) for level in given]


def _properties(given: Any) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict) or any(isinstance(value, (dict, list)) for value in given.values()):
        raise bad_json()
    empty = [name for name, value in given.items() if value is None]
    if empty:
        raise Refusal("IllegalArgumentException", f"Invalid value to set for properties [{', '.join(empty)}]: null")
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}


def load_namespace(call: Call) -> Json:
    """GET a namespace."""
    with call.server.database.read() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), call.levels)
        call.access(session, path[0]).require("LOAD_NAMESPACE_METADATA", path)
        return shown(session, path[-1])


def namespace_exists(call: Call) -> int:
    """HEAD a namespace."""
    with call.server.database.read() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), call.levels)
        call.access(session, path[0]).require("NAMESPACE_EXISTS", path)
        return 204


def update_properties(call: Call) -> Json:
    """POST properties: updates or removals; the real server refuses both in one request (409)."""
    sent = call.body()
    updates, removals = _properties(sent.get("updates")), sent.get("removals") or []
    if not isinstance(removals, list) or not all(isinstance(name, str) for name in removals):
        raise bad_json()
    both = [name for name in removals if name in updates]
    if both:
        raise Refusal(
            "UnprocessableEntityException",
            f"Invalid namespace update, cannot simultaneously set and remove keys: [{', '.join(both)}]",
        )
    with call.server.database.write() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), call.levels)
        catalog, namespace = path[0], path[-1]
        call.access(session, catalog).require("UPDATE_NAMESPACE_PROPERTIES", path)
        double = next((name for i, name in enumerate(removals) if name in removals[:i]), None)
        if double is not None:
            raise Refusal("IllegalStateException", f"Duplicate key {double} (attempted merging values  and )")
        half = bool(updates and removals)  # the real server sets, and then fails to remove (recorded)
        location = updates.pop("location", None)
        if location is not None:
            _move(session, path, folder(location))
        known = set(namespace.properties) | ({"location"} if namespace.location else set())
        gone = [] if half else removals
        if "location" in gone:
            namespace.location = None
        namespace.properties = {k: v for k, v in namespace.properties.items() if k not in gone} | updates
        if updates or removals or location:
            namespace.touch()
    if half:
        raise Refusal("CommitConflictException", f"Concurrent modification of namespace: {dotted(call.levels)}")
    return {
        "removed": [name for name in removals if name in known],
        "updated": [*updates, *(["location"] if location is not None else [])],
        "missing": [name for name in removals if name not in known],
    }


def _move(session: Session, path: list[Entity], location: str) -> None:
    catalog, namespace = path[0], path[-1]
    if not flag(catalog, "namespace-custom-location.enabled"):
        usual = f"{_default(catalog, path[1:-1])}{namespace.name}/"
        raise Refusal(
            "IllegalArgumentException",
            f"Namespace {dotted([e.name for e in path[1:]])} has a custom location, which is not enabled. "
            f"Expected location: [{usual}{namespace.name}/]. Got location: [{usual}]",
        )
    check_free(session, path[-2], location, namespace.id)
    namespace.location = location


def drop_namespace(call: Call) -> int:
    """DELETE a namespace that is empty."""
    with call.server.database.write() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), call.levels)
        call.access(session, path[0]).require("DROP_NAMESPACE", path)
        if children(session, path[-1].id, "namespace", "table", "view", "generic-table", "policy", limit=1):
            raise Refusal("NamespaceNotEmptyException", f"Namespace {dotted(call.levels)} is not empty")
        remove(session, path[-1])
        return 204
