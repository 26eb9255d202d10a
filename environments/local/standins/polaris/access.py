"""Who calls, with which roles, and whether they may."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from .entities import ROOT, Entity, Grant
from .errors import Refusal, unauthorized
from .javaset import java_list, java_order
from .privileges import needed, satisfied

ROLE_USAGE = "PRINCIPAL_ROLE_USAGE"
CATALOG_ROLE_USAGE = "CATALOG_ROLE_USAGE"


@dataclass(frozen=True)
class Caller:
    """An authenticated principal with the principal roles that its token activates."""

    principal: Entity
    roles: Sequence[Entity]


def used(session: Session, grantees: Iterable[int], privilege: str, catalog_id: int | None = None) -> list[Entity]:
    """Return the roles whose usage the grantees hold, in the order in which they were given."""
    found = (
        select(Entity)
        .join(Grant, Grant.securable_id == Entity.id)
        .where(Grant.grantee_id.in_(list(grantees)), Grant.privilege == privilege)
        .order_by(Grant.id)
    )
    if catalog_id is not None:
        found = found.where(Entity.catalog_id == catalog_id)
    return list(session.scalars(found).unique())


def caller_of(session: Session, principal_id: int, scopes: Sequence[str]) -> Caller:
    """Return who a token speaks for; 401 when the principal is gone or a named role is not theirs."""
    principal = session.get(Entity, principal_id)
    if principal is None or principal.kind != "principal":
        raise unauthorized()
    roles = used(session, [principal_id], ROLE_USAGE)
    if "ALL" in scopes:
        return Caller(principal, roles)
    named = [role for role in roles if role.name in scopes]
    if len(named) != len(set(scopes)):
        raise unauthorized()
    return Caller(principal, named)


class Access:
    """What a caller may do within one catalog (or in the service, when there is none)."""

    def __init__(self, session: Session, caller: Caller, catalog_id: int | None) -> None:
        self.caller = caller
        principal_roles = [role.id for role in caller.roles]
        catalog_roles = [] if catalog_id is None else used(session, principal_roles, CATALOG_ROLE_USAGE, catalog_id)
        self._active = [*(role.name for role in caller.roles), *(role.name for role in catalog_roles)]
        grantees = [*principal_roles, *(role.id for role in catalog_roles)]
        self._held: dict[int, set[str]] = {}
        for grant in session.scalars(select(Grant).where(Grant.grantee_id.in_(grantees))):
            self._held.setdefault(grant.securable_id, set()).add(grant.privilege)

    def may(self, operation: str, path: Sequence[Entity]) -> bool:
        """Return whether the operation is allowed on the last of a path of entities below the service."""
        held: set[str] = set().union(*(self._held.get(place, ()) for place in (ROOT, *(e.id for e in path))))
        return all(satisfied(privilege, held) for privilege in needed(operation))

    def require(self, operation: str, path: Sequence[Entity] = ()) -> None:
        """Raise the server's 403 unless the operation is allowed."""
        if not self.may(operation, path):
            roles = java_list(java_order(role.name for role in self.caller.roles))
            raise Refusal(
                "ForbiddenException",
                f"Principal '{self.caller.principal.name}' with activated PrincipalRoles '{roles}' and activated "
                f"grants via '{java_list(java_order(self._active))}' is not authorized for op {operation}",
            )
