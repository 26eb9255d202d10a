"""Management API: catalog roles, who has which role, and what a catalog role may do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .access import CATALOG_ROLE_USAGE, ROLE_USAGE, used
from .call import Call, Json, check_version, entity_name, texts
from .catalogs import by_name, top_level
from .entities import ROOT, Entity, Grant, child, children, remove
from .errors import Empty, Refusal
from .names import identifier, levels_of, namespace_path, resolve_namespace
from .principals import shown_role
from .privileges import GRANTABLE

_KINDS = {"catalog": "catalog", "namespace": "namespace", "table": "table", "view": "view"}


def _role(session: Session, catalog: Entity, name: str) -> Entity:
    found = child(session, catalog.id, "catalog-role", name)
    if found is None:
        raise Refusal("NotFoundException", f"CatalogRole does not exist: {name}")
    return found


def _give(session: Session, securable: int, grantee: int, privilege: str) -> None:
    held = select(Grant).where(
        Grant.securable_id == securable, Grant.grantee_id == grantee, Grant.privilege == privilege
    )
    if session.scalar(held) is None:
        session.add(Grant(securable_id=securable, grantee_id=grantee, privilege=privilege))


def _take(session: Session, securable: int, grantee: int, privilege: str) -> None:
    found = session.scalar(
        select(Grant).where(Grant.securable_id == securable, Grant.grantee_id == grantee, Grant.privilege == privilege)
    )
    if found is None:
        raise Refusal("GRANT_NOT_FOUND", "Operation failed: GRANT_NOT_FOUND", 400)
    session.delete(found)


def list_catalog_roles(call: Call) -> Json:
    """GET /catalogs/{catalog}/catalog-roles."""
    with call.server.database.read() as session:
        catalog = by_name(session, call.param("catalog"))
        call.access(session, catalog).require("LIST_CATALOG_ROLES", [catalog])
        return {"roles": [shown_role(role) for role in children(session, catalog.id, "catalog-role")]}


def create_catalog_role(call: Call) -> Any:
    """POST /catalogs/{catalog}/catalog-roles."""
    inner = call.body().get("catalogRole")
    if not isinstance(inner, dict) or "name" not in inner:
        raise Empty(400)
    name = entity_name(inner["name"], "createCatalogRole.createCatalogRoleRequest.catalogRole")
    with call.server.database.write() as session:
        catalog = by_name(session, call.param("catalog"))
        call.access(session, catalog).require("CREATE_CATALOG_ROLE", [catalog])
        if child(session, catalog.id, "catalog-role", name) is not None:
            raise Refusal(
                "AlreadyExistsException",
                f"Cannot create CatalogRole {name} in {catalog.name}. CatalogRole already exists or resolution failed",
            )
        properties = texts(inner.get("properties"))
        role = Entity("catalog-role", name, parent_id=catalog.id, catalog_id=catalog.id, properties=properties)
        session.add(role)
        session.flush()
        return 201, shown_role(role)


def get_catalog_role(call: Call) -> Json:
    """GET /catalogs/{catalog}/catalog-roles/{role}."""
    with call.server.database.read() as session:
        catalog = by_name(session, call.param("catalog"))
        role = _role(session, catalog, call.param("role"))
        call.access(session, catalog).require("GET_CATALOG_ROLE", [catalog])
        return shown_role(role)


def update_catalog_role(call: Call) -> Json:
    """PUT /catalogs/{catalog}/catalog-roles/{role}."""
    sent = call.body()
    with call.server.database.write() as session:
        catalog = by_name(session, call.param("catalog"))
        role = _role(session, catalog, call.param("role"))
        call.access(session, catalog).require("UPDATE_CATALOG_ROLE", [catalog])
        check_version(role, sent.get("currentEntityVersion"), "CatalogRole")
        role.properties = texts(sent.get("properties"))
        role.touch()
        return shown_role(role)


def delete_catalog_role(call: Call) -> int:
    """DELETE /catalogs/{catalog}/catalog-roles/{role}."""
    with call.server.database.write() as session:
        catalog = by_name(session, call.param("catalog"))
        role = _role(session, catalog, call.param("role"))
        call.access(session, catalog).require("DELETE_CATALOG_ROLE", [catalog])
        if role.name == "catalog_admin":
            raise Refusal("BadRequestException", "Catalog admin role cannot be dropped")
        remove(session, role)
        return 204


def assign_role(call: Call) -> int:
    """PUT /principals/{principal}/principal-roles."""
    inner = call.body().get("principalRole")
    if not isinstance(inner, dict):
        raise Empty(400)
    name, to = str(inner.get("name")), call.param("principal")
    with call.server.database.write() as session:
        call.access(session).require("ASSIGN_PRINCIPAL_ROLE")
        principal, role = (child(session, ROOT, "principal", to), child(session, ROOT, "principal-role", name))
        if principal is None or role is None:
            missing = to if principal is None else name
            raise Refusal("NotFoundException", f"Entity {missing} not found when trying to assign {name} to {to}")
        if role.details.get("federated"):
            raise Refusal("ValidationException", "Cannot assign a federated role to a principal")
        _give(session, role.id, principal.id, ROLE_USAGE)
        return 201


def revoke_role(call: Call) -> int:
    """DELETE /principals/{principal}/principal-roles/{role}."""
    with call.server.database.write() as session:
        principal = top_level(session, "principal", call.param("principal"))
        role = top_level(session, "principal-role", call.param("role"))
        call.access(session).require("REVOKE_PRINCIPAL_ROLE")
        _take(session, role.id, principal.id, ROLE_USAGE)
        return 204


def assign_catalog_role(call: Call) -> int:
    """PUT /principal-roles/{role}/catalog-roles/{catalog}."""
    inner = call.body().get("catalogRole")
    if not isinstance(inner, dict):
        raise Empty(400)
    name = str(inner.get("name"))
    with call.server.database.write() as session:
        role, catalog = (
            top_level(session, "principal-role", call.param("role")),
            by_name(session, call.param("catalog")),
        )
        call.access(session, catalog).require("ASSIGN_CATALOG_ROLE_TO_PRINCIPAL_ROLE", [catalog])
        given = child(session, catalog.id, "catalog-role", name)
        if given is None:
            raise Refusal(
                "NotFoundException",
                f"Entity ResolverPath[key=ResolvedPathKey[entityNames=[{name}], entityType=CATALOG_ROLE], "
                f"optional=false] not found when trying to assign {catalog.name}.{name} to {role.name}",
            )
        _give(session, given.id, role.id, CATALOG_ROLE_USAGE)
        return 201


def revoke_catalog_role(call: Call) -> int:
    """DELETE /principal-roles/{role}/catalog-roles/{catalog}/{catalogrole}."""
    with call.server.database.write() as session:
        role, catalog = (
            top_level(session, "principal-role", call.param("role")),
            by_name(session, call.param("catalog")),
        )
        given = _role(session, catalog, call.param("catalogrole"))
        call.access(session, catalog).require("REVOKE_CATALOG_ROLE_FROM_PRINCIPAL_ROLE", [catalog])
        _take(session, given.id, role.id, CATALOG_ROLE_USAGE)
        return 204


def catalog_roles_of(call: Call) -> Json:
    """GET /principal-roles/{role}/catalog-roles/{catalog}."""
    with call.server.database.read() as session:
        role, catalog = (
            top_level(session, "principal-role", call.param("role")),
            by_name(session, call.param("catalog")),
        )
        call.access(session, catalog).require("LIST_CATALOG_ROLES_FOR_PRINCIPAL_ROLE", [catalog])
        return {"roles": [shown_role(found) for found in used(session, [role.id], CATALOG_ROLE_USAGE, catalog.id)]}


def principal_roles_of(call: Call) -> Json:
    """GET /catalogs/{catalog}/catalog-roles/{role}/principal-roles."""
    with call.server.database.read() as session:
        catalog = by_name(session, call.param("catalog"))
        role = _role(session, catalog, call.param("role"))
        call.access(session, catalog).require("LIST_ASSIGNEE_PRINCIPAL_ROLES_FOR_CATALOG_ROLE", [catalog])
        held = select(Grant).where(Grant.securable_id == role.id, Grant.privilege == CATALOG_ROLE_USAGE)
        found = [session.get_one(Entity, grant.grantee_id) for grant in session.scalars(held.order_by(Grant.id))]
        return {"roles": [shown_role(principal_role) for principal_role in found]}


def list_grants(call: Call) -> Json:
    """GET /catalogs/{catalog}/catalog-roles/{role}/grants."""
    with call.server.database.read() as session:
        catalog = by_name(session, call.param("catalog"))
        role = _role(session, catalog, call.param("role"))
        call.access(session, catalog).require("LIST_GRANTS_FOR_CATALOG_ROLE", [catalog])
        held = session.scalars(select(Grant).where(Grant.grantee_id == role.id).order_by(Grant.id)).all()
        return {"grants": [_shown(session, session.get_one(Entity, g.securable_id), g.privilege) for g in held]}


def _shown(session: Session, securable: Entity, privilege: str) -> Json:
    grant: Json = {"privilege": privilege, "type": securable.kind}
    if securable.kind == "namespace":
        grant["namespace"] = levels_of(session, securable)
    elif securable.kind != "catalog":
        grant["namespace"] = levels_of(session, session.get_one(Entity, securable.parent_id))
        grant[f"{securable.kind}Name"] = securable.name
    return grant


def add_grant(call: Call) -> int:
    """PUT /catalogs/{catalog}/catalog-roles/{role}/grants."""
    return _change_grant(call, revoke=False)


def revoke_grant(call: Call) -> Any:
    """POST /catalogs/{catalog}/catalog-roles/{role}/grants; `cascade` is not done by the real server either."""
    if call.flag("cascade"):
        return 501
    return _change_grant(call, revoke=True)


def _change_grant(call: Call, revoke: bool) -> int:
    grant = call.body().get("grant")
    if not isinstance(grant, dict) or not isinstance(grant.get("namespace") or [], list):
        raise Empty(400)
    if str(grant.get("privilege")) not in GRANTABLE.get(str(grant.get("type")), ()):
        raise Empty(400)
    with call.server.database.write() as session:
        catalog = by_name(session, call.param("catalog"))
        access = call.access(session, catalog)
        role = child(session, catalog.id, "catalog-role", call.param("role"))
        if role is None:
            raise Refusal("NotFoundException", f"CatalogRole not found: {catalog.name}.{call.param('role')}")
        verb = "REVOKE_CATALOG_GRANT_FROM_CATALOG_ROLE" if revoke else "ADD_CATALOG_GRANT_TO_CATALOG_ROLE"
        access.require(verb, [catalog])
        securable = _securable(session, catalog, grant)
        (_take if revoke else _give)(session, securable.id, role.id, grant["privilege"])
        return 201


def _securable(session: Session, catalog: Entity, grant: Json) -> Entity:
    kind = grant["type"]
    if kind == "catalog":
        return catalog
    levels = [str(level) for level in grant.get("namespace") or ()]
    if kind == "namespace":
        return resolve_namespace(session, catalog, levels)[-1]
    name, path = str(grant.get(f"{kind}Name")), namespace_path(session, catalog, levels)
    found = child(session, path[-1].id, _KINDS[kind], name) if path else None
    if found is None:
        raise Refusal(f"NoSuch{kind.title()}Exception", f"{kind.title()} does not exist: {identifier(levels, name)}")
    return found
