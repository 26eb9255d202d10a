"""Management API: principals, their credentials, and principal roles."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .access import ROLE_USAGE, used
from .call import Call, Json, check_version, entity_name, read_json, texts
from .catalogs import top_level
from .entities import ROOT, Entity, Grant, Secret, child, children, remove
from .errors import Empty, Refusal
from .tokens import hashed


def bootstrap(session: Session, client_id: str, client_secret: str) -> None:
    """Make root and its role service_admin in an empty database; later calls change nothing."""
    if session.scalar(select(Entity.id).limit(1)) is not None:
        return
    root, admin = Entity("principal", "root"), Entity("principal-role", "service_admin")
    session.add_all([root, admin])
    session.flush()
    session.add(Secret(principal_id=root.id, client_id=client_id, hashes=[hashed(client_secret)]))
    session.add(Grant(securable_id=admin.id, grantee_id=root.id, privilege=ROLE_USAGE))
    session.add(Grant(securable_id=ROOT, grantee_id=admin.id, privilege="SERVICE_MANAGE_ACCESS"))


def shown(session: Session, principal: Entity) -> Json:
    """Return a principal as the API shows it."""
    secret = session.get(Secret, principal.id)
    return {
        "name": principal.name,
        "clientId": secret.client_id if secret else None,
        "properties": principal.properties,
        **_times(principal),
    }


def shown_role(role: Entity) -> Json:
    """Return a principal role or catalog role as the API shows it."""
    federated = {"federated": role.details.get("federated", False)} if role.kind == "principal-role" else {}
    return {"name": role.name, **federated, "properties": role.properties, **_times(role)}


def _times(entity: Entity) -> Json:
    return {
        "createTimestamp": entity.created_ms,
        "lastUpdateTimestamp": entity.updated_ms,
        "entityVersion": entity.version,
    }


def _inner(call: Call, field: str, request: str, accessor: str) -> tuple[Json, Json]:
    sent = call.body(
        f'Cannot invoke "org.apache.polaris.core.admin.model.{request}.{accessor}()" because "request" is null'
    )
    inner = sent.get(field)
    if not isinstance(inner, dict) or "name" not in inner:
        raise Empty(400)
    return sent, inner


def _new(session: Session, kind: str, label: str, name: str, **fields: Any) -> Entity:
    if child(session, ROOT, kind, name) is not None:
        raise Refusal(
            "AlreadyExistsException", f"Cannot create {label} {name}. {label} already exists or resolution failed"
        )
    entity = Entity(kind, name, **fields)
    session.add(entity)
    session.flush()
    return entity


def list_principals(call: Call) -> Json:
    """GET /principals."""
    with call.server.database.read() as session:
        call.access(session).require("LIST_PRINCIPALS")
        return {"principals": [shown(session, found) for found in children(session, ROOT, "principal")]}


def create_principal(call: Call) -> Any:
    """POST /principals: the only answer that shows the secret."""
    _, inner = _inner(call, "principal", "CreatePrincipalRequest", "getPrincipal")
    name = entity_name(inner["name"], "createPrincipal.createPrincipalRequest.principal")
    with call.server.database.write() as session:
        call.access(session).require("CREATE_PRINCIPAL")
        principal = _new(session, "principal", "Principal", name, properties=texts(inner.get("properties")))
        session.add(Secret(principal_id=principal.id, client_id=secrets.token_hex(8), hashes=[]))
        return 201, _with_new_secret(session, principal)


def _with_new_secret(session: Session, principal: Entity, keep: int = 0, given: str | None = None) -> Json:
    secret = session.get_one(Secret, principal.id)
    value = given or secrets.token_hex(16)
    secret.hashes = [hashed(value), *secret.hashes[:keep]]
    session.flush()
    credentials = {"clientId": secret.client_id, "clientSecret": value}
    return {"principal": shown(session, principal), "credentials": credentials}


def get_principal(call: Call) -> Json:
    """GET /principals/{principal}."""
    with call.server.database.read() as session:
        principal = top_level(session, "principal", call.param("principal"))
        call.access(session).require("GET_PRINCIPAL")
        return shown(session, principal)


def update_principal(call: Call) -> Json:
    """PUT /principals/{principal}."""
    sent = call.body()
    with call.server.database.write() as session:
        principal = top_level(session, "principal", call.param("principal"))
        call.access(session).require("UPDATE_PRINCIPAL")
        check_version(principal, sent.get("currentEntityVersion"), "Principal")
        principal.properties = texts(sent.get("properties"))
        principal.touch()
        return shown(session, principal)


def delete_principal(call: Call) -> int:
    """DELETE /principals/{principal}: its tokens are refused from then on."""
    with call.server.database.write() as session:
        principal = top_level(session, "principal", call.param("principal"))
        call.access(session).require("DELETE_PRINCIPAL")
        session.delete(session.get_one(Secret, principal.id))
        remove(session, principal)
        return 204


def rotate(call: Call) -> Json:
    """POST /principals/{principal}/rotate: by the principal itself; the secret before stays good once."""
    with call.server.database.write() as session:
        principal = top_level(session, "principal", call.param("principal"))
        if call.caller.principal.id != principal.id:
            call.access(session).require("ROTATE_CREDENTIALS", [principal])
        return _with_new_secret(session, principal, keep=1)


def reset(call: Call) -> Json:
    """POST /principals/{principal}/reset: new credentials, or the ones that are sent."""
    sent = read_json(call.content) or {}
    if not isinstance(sent, dict):
        raise Empty(400)
    given = texts({name: sent.get(name) for name in ("clientId", "clientSecret")})
    with call.server.database.write() as session:
        principal = top_level(session, "principal", call.param("principal"))
        call.access(session).require("RESET_CREDENTIALS")
        secret = session.get_one(Secret, principal.id)
        if given.get("clientId"):
            secret.client_id = given["clientId"]
            principal.touch()
        return _with_new_secret(session, principal, given=given.get("clientSecret"))


def list_roles(call: Call) -> Json:
    """GET /principal-roles."""
    with call.server.database.read() as session:
        call.access(session).require("LIST_PRINCIPAL_ROLES")
        return {"roles": [shown_role(role) for role in children(session, ROOT, "principal-role")]}


def create_role(call: Call) -> Any:
    """POST /principal-roles."""
    _, inner = _inner(call, "principalRole", "CreatePrincipalRoleRequest", "getPrincipalRole")
    name = entity_name(inner["name"], "createPrincipalRole.createPrincipalRoleRequest.principalRole")
    details = {"federated": bool(inner.get("federated"))}
    with call.server.database.write() as session:
        call.access(session).require("CREATE_PRINCIPAL_ROLE")
        properties = texts(inner.get("properties"))
        return 201, shown_role(
            _new(session, "principal-role", "PrincipalRole", name, properties=properties, details=details)
        )


def get_role(call: Call) -> Json:
    """GET /principal-roles/{role}."""
    with call.server.database.read() as session:
        role = top_level(session, "principal-role", call.param("role"))
        call.access(session).require("GET_PRINCIPAL_ROLE")
        return shown_role(role)


def update_role(call: Call) -> Json:
    """PUT /principal-roles/{role}."""
    sent = call.body()
    with call.server.database.write() as session:
        role = top_level(session, "principal-role", call.param("role"))
        call.access(session).require("UPDATE_PRINCIPAL_ROLE")
        check_version(role, sent.get("currentEntityVersion"), "PrincipalRole")
        role.properties = texts(sent.get("properties"))
        role.touch()
        return shown_role(role)


def delete_role(call: Call) -> int:
    """DELETE /principal-roles/{role}."""
    with call.server.database.write() as session:
        role = top_level(session, "principal-role", call.param("role"))
        call.access(session).require("DELETE_PRINCIPAL_ROLE")
        if role.name == "service_admin":
            raise Refusal("BadRequestException", "Polaris service admin principal role cannot be dropped")
        remove(session, role)
        return 204


def roles_of(call: Call) -> Json:
    """GET /principals/{principal}/principal-roles."""
    with call.server.database.read() as session:
        principal = top_level(session, "principal", call.param("principal"))
        call.access(session).require("LIST_PRINCIPAL_ROLES_ASSIGNED")
        return {"roles": [shown_role(role) for role in used(session, [principal.id], ROLE_USAGE)]}


def principals_of(call: Call) -> Json:
    """GET /principal-roles/{role}/principals."""
    with call.server.database.read() as session:
        role = top_level(session, "principal-role", call.param("role"))
        call.access(session).require("LIST_ASSIGNEE_PRINCIPALS_FOR_PRINCIPAL_ROLE")
        held = select(Grant).where(Grant.securable_id == role.id, Grant.privilege == ROLE_USAGE).order_by(Grant.id)
        found = [session.get_one(Entity, grant.grantee_id) for grant in session.scalars(held)]
        return {"principals": [shown(session, principal) for principal in found]}
