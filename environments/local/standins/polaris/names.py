"""Names in the catalog API: how a path of levels becomes entities, and which names are refused."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from .entities import ROOT, Entity, child
from .errors import Refusal

_FORBIDDEN = '/\\#"'


def check_name(name: str) -> str:
    """Refuse a name of a namespace's level or a table that the server refuses (recorded)."""
    problem = None
    control = next((c for c in name if ord(c) < 32 or ord(c) == 127), None)
    if not name:
        problem = "must not be empty"
    elif control is not None:
        shown = "".join(f"\\u{ord(c):04X}" if ord(c) < 32 or ord(c) == 127 else c for c in name)
        problem = f"must not contain control characters (U+{ord(control):04X}): {shown}"
    elif name != name.strip():
        problem = f"must not have leading or trailing whitespace: {name}"
    else:
        bad = next((c for c in name if c in _FORBIDDEN), None)
        problem = f"must not contain '{bad}': {name}" if bad else None
    if problem:
        raise Refusal("IllegalArgumentException", f"Entity name {problem}")
    return name


def dotted(levels: Sequence[str]) -> str:
    """Return a namespace as messages show it."""
    return ".".join(levels)


def identifier(levels: Sequence[str], name: str) -> str:
    """Return a table's or view's identifier as messages show it."""
    return dotted([*levels, name])


def catalog_named(session: Session, prefix: str) -> Entity | None:
    """Return the catalog of a path's prefix; a path below an unknown one names its *child* as missing."""
    return child(session, ROOT, "catalog", prefix)


def namespace_path(session: Session, catalog: Entity | None, levels: Sequence[str]) -> list[Entity] | None:
    """Return the catalog and the namespaces down to a namespace, or None when one of them is missing."""
    if catalog is None:
        return None
    path = [catalog]
    for level in levels:
        found = child(session, path[-1].id, "namespace", level)
        if found is None:
            return None
        path.append(found)
    return path


def resolve_namespace(session: Session, catalog: Entity | None, levels: Sequence[str]) -> list[Entity]:
    """Return the catalog and the namespaces down to a namespace; 404 when one of them is missing."""
    path = namespace_path(session, catalog, levels)
    if path is None:
        raise Refusal("NoSuchNamespaceException", f"Namespace does not exist: {dotted(levels) or chr(39) * 2}")
    return path


def resolve_in_namespace(
    session: Session, catalog: Entity | None, levels: Sequence[str], kind: str, name: str
) -> list[Entity]:
    """Return the path down to a table, view, generic table or policy; 404 that names it when there is none."""
    path = namespace_path(session, catalog, levels)
    found = child(session, path[-1].id, kind, name) if path else None
    if path is None or found is None:
        shown = identifier(levels, name)
        refusals = {
            "table": ("NoSuchTableException", f"Table does not exist: {shown}"),
            "view": ("NoSuchViewException", f"View does not exist: {shown}"),
            "generic-table": ("NoSuchTableException", f"Generic table does not exist: {shown}"),
            "policy": (
                "NoSuchPolicyException",
                f"Policy does not exist: PolicyIdentifier[namespace={dotted(levels)}, name={name}]",
            ),
        }
        raise Refusal(*refusals[kind])
    return [*path, found]


def levels_of(session: Session, namespace: Entity) -> list[str]:
    """Return the levels of a namespace."""
    levels = [namespace.name]
    while namespace.parent_id != namespace.catalog_id:
        namespace = session.get_one(Entity, namespace.parent_id)
        levels.insert(0, namespace.name)
    return levels
