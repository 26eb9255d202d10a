"""Management API: catalogs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import storage_config
from .access import CATALOG_ROLE_USAGE
from .call import Call, Json, check_version, entity_name, texts
from .entities import ROOT, Entity, Grant, child, children, remove
from .errors import Empty, Refusal
from .locations import base, overlap

_TYPES = ("INTERNAL", "EXTERNAL")


def by_name(session: Session, name: str) -> Entity:
    """Return a catalog; 404 in the management API's words when there is none."""
    return top_level(session, "catalog", name)


def top_level(session: Session, kind: str, name: str) -> Entity:
    """Return a catalog, principal or principal role; 404 when there is none."""
    found = child(session, ROOT, kind, name)
    if found is None:
        label = kind.upper().replace("-", "_")
        raise Refusal("NotFoundException", f"TopLevelEntity of type {label} does not exist: {name}")
    return found


def shown(catalog: Entity, created: bool = False) -> Json:
    """Return a catalog as the API shows it; one just created shows no time of update."""
    return {
        "type": catalog.details["type"],
        "name": catalog.name,
        "properties": catalog.properties,
        "createTimestamp": catalog.created_ms,
        "lastUpdateTimestamp": 0 if created else catalog.updated_ms,
        "entityVersion": catalog.version,
        "storageConfigInfo": catalog.details["storage"],
    }


def list_catalogs(call: Call) -> Json:
    """GET /catalogs."""
    with call.server.database.read() as session:
        call.access(session).require("LIST_CATALOGS")
        return {"catalogs": [shown(catalog) for catalog in children(session, ROOT, "catalog")]}


def get_catalog(call: Call) -> Json:
    """GET /catalogs/{catalog}."""
    with call.server.database.read() as session:
        catalog = by_name(session, call.param("catalog"))
        call.access(session, catalog).require("GET_CATALOG", [catalog])
        return shown(catalog)


def create_catalog(call: Call) -> Any:
    """POST /catalogs: the catalog with its role catalog_admin, which the service's admins get."""
    sent = call.body()
    given = sent.get("catalog", sent)
    where = "createCatalog.createCatalogRequest.catalog"
    if given is None:
        raise Refusal("ResteasyReactiveViolationException", f"Invalid value: {where}: must not be null")
    if not isinstance(given, dict) or given.get("type") not in _TYPES:
        raise Empty(400)
    name = entity_name(given.get("name"), where)
    for field in ("properties", "storageConfigInfo"):
        if given.get(field) is None:
            raise Refusal("ResteasyReactiveViolationException", f"Invalid value: {where}.{field}: must not be null")
    properties = texts(given["properties"])
    if "default-base-location" not in properties:
        raise Empty(400)
    storage = storage_config.read(given["storageConfigInfo"], properties["default-base-location"])
    with call.server.database.write() as session:
        call.access(session).require("CREATE_CATALOG")
        _check_new(session, name, [properties["default-base-location"], *storage["allowedLocations"]])
        catalog = Entity("catalog", name, properties=properties, details={"type": given["type"], "storage": storage})
        session.add(catalog)
        session.flush()
        _add_admin(session, catalog)
        return 201, shown(catalog, created=True)


def _check_new(session: Session, name: str, places: list[str]) -> None:
    others = children(session, ROOT, "catalog")
    if any(other.name == name for other in others):
        raise Refusal(
            "AlreadyExistsException", f"Cannot create Catalog {name}. Catalog already exists or resolution failed"
        )
    taken = [p for other in others for p in (base(other), *other.details["storage"]["allowedLocations"])]
    if any(overlap(place, other) for place in places for other in taken):
        raise Refusal(
            "ValidationException",
            f"Cannot create Catalog {name}. One or more of its locations overlaps with an existing catalog",
        )


def _add_admin(session: Session, catalog: Entity) -> None:
    admin = Entity("catalog-role", "catalog_admin", parent_id=catalog.id, catalog_id=catalog.id)
    session.add(admin)
    session.flush()
    for privilege in ("CATALOG_MANAGE_ACCESS", "CATALOG_MANAGE_METADATA"):
        session.add(Grant(securable_id=catalog.id, grantee_id=admin.id, privilege=privilege))
    service_admin = child(session, ROOT, "principal-role", "service_admin")
    if service_admin is not None:
        session.add(Grant(securable_id=admin.id, grantee_id=service_admin.id, privilege=CATALOG_ROLE_USAGE))


def update_catalog(call: Call) -> Json:
    """PUT /catalogs/{catalog}: properties are replaced, a base location that is left out is kept."""
    sent = call.body()
    with call.server.database.write() as session:
        catalog = by_name(session, call.param("catalog"))
        call.access(session, catalog).require("UPDATE_CATALOG", [catalog])
        properties = catalog.properties
        if sent.get("properties") is not None:
            kept = {"default-base-location": base(catalog)}
            properties = kept | texts(sent["properties"])
        storage = catalog.details["storage"]
        if sent.get("storageConfigInfo") is not None:
            storage = storage_config.read(sent["storageConfigInfo"], properties["default-base-location"])
        check_version(catalog, sent.get("currentEntityVersion"), "Catalog")
        storage_config.check_change(catalog.details["storage"], storage)
        catalog.properties, catalog.details = (properties, catalog.details | {"storage": storage})
        catalog.touch()
        return shown(catalog)


def delete_catalog(call: Call) -> int:
    """DELETE /catalogs/{catalog}: only one without namespaces and further roles."""
    with call.server.database.write() as session:
        catalog = by_name(session, call.param("catalog"))
        call.access(session, catalog).require("DELETE_CATALOG", [catalog])
        inside = session.scalars(select(Entity).where(Entity.catalog_id == catalog.id)).all()
        if any(entity.name != "catalog_admin" or entity.kind != "catalog-role" for entity in inside):
            raise Refusal("BadRequestException", f"Catalog '{catalog.name}' cannot be dropped, it is not empty")
        for entity in (*inside, catalog):
            remove(session, entity)
        return 204
