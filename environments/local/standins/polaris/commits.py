"""Catalog API: commits to one table and transactions over several.

A commit reads a table's state, applies the change, writes the new metadata file, and swaps the pointer only if no
one else did meanwhile; then it starts again, so that no commit is lost. Requirements that no longer hold are 409.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from . import metadata as iceberg
from .call import Call, Json
from .changes import Change
from .entities import Entity, child, swap_pointer
from .errors import Refusal, bad_json
from .locations import allowed_for, check_free, check_inside, used_by_table
from .names import catalog_named, check_name, identifier, namespace_path, resolve_in_namespace
from .tables import add_table, check_unused, read, read_identifier

ATTEMPTS = 5  # of a commit whose table changes meanwhile: one and four retries, as Iceberg's default
_WHAT_IS_SET = {frozenset({"set-properties"}): "SET_TABLE_PROPERTIES"}


@dataclass
class Planned:
    """A table's next state, written to the store but not yet pointed to."""

    path: list[Entity]
    levels: list[str]
    name: str
    document: Json
    old: str | None
    new: str

    @property
    def table(self) -> Entity | None:
        """The table, when it is there already."""
        return self.path[-1] if self.old is not None else None


def commit_table(call: Call) -> Any:
    """POST a table: a change of one that is there, or the end of a staged create."""
    sent = call.body()
    levels, name = call.levels, call.param("table")
    change = Change.read(sent)
    for _ in range(ATTEMPTS):
        with call.server.database.read() as session:
            path = _table_path(call, session, levels, name, change)
        planned = _plan(call, path, levels, name, change)
        if _pointed(call, [planned]):
            return {"metadata-location": planned.new, "metadata": planned.document}
    raise _too_many(levels, name)


def _table_path(call: Call, session: Session, levels: list[str], name: str, change: Change) -> list[Entity]:
    """Return the path to the table, or to its namespace when the change creates it."""
    catalog = catalog_named(session, call.param("prefix"))
    path = namespace_path(session, catalog, levels)
    if change.creates and path is not None and child(session, path[-1].id, "table", name) is None:
        call.access(session, path[0]).require("UPDATE_TABLE_FOR_STAGED_CREATE", path)
        check_unused(session, path[-1], levels, name, "table")
        check_name(name)
        return path
    path = resolve_in_namespace(session, catalog, levels, "table", name)
    call.access(session, path[0]).require(_WHAT_IS_SET.get(frozenset(change.actions), "UPDATE_TABLE"), path)
    return path


def _plan(call: Call, path: list[Entity], levels: list[str], name: str, change: Change) -> Planned:
    """Apply a change and write the metadata file that it leads to."""
    table = path[-1] if path[-1].kind == "table" else None
    base = read(call, path) if table else None
    made = change.apply(base, table.pointer if table else None)
    made = made.model_copy(update={"location": made.location.rstrip("/")})
    document = iceberg.document(made)
    if table is not None and base is not None and document == iceberg.document(base):
        return Planned(path, levels, name, document, table.pointer, table.pointer or "")
    _check_place(call, path, identifier(levels, name), made.location, made.properties, change)
    pointer = iceberg.new_location(made.location, made.properties, table.pointer if table else None)
    call.server.vendor.bucket(path[0], made.location).put(pointer, iceberg.to_bytes(document, pointer))
    return Planned(path, levels, name, document, table.pointer if table else None, pointer)


def _check_place(
    call: Call, path: list[Entity], shown: str, location: str, properties: dict[str, str], change: Change
) -> None:
    table = path[-1] if path[-1].kind == "table" else None
    if table is None:
        check_inside(used_by_table(location, properties), allowed_for(path[0], path[1:]), shown)
        with call.server.database.read() as session:
            check_free(session, path[-1], location)
    elif change.actions & {"set-location", "set-properties"}:
        check_inside(used_by_table(location, properties), [(table.location or "").rstrip("/")], shown)


def _pointed(call: Call, planned: list[Planned]) -> bool:
    """Let all tables point to their new state, or none of them; then the files that were written go again."""
    try:
        done = _point(call, planned)
    except Refusal:
        _discard(call, planned)
        raise
    if not done:
        _discard(call, planned)
    return done


def _discard(call: Call, planned: list[Planned]) -> None:
    for plan in planned:
        if plan.old != plan.new:
            call.server.vendor.bucket(plan.path[0], plan.document["location"]).delete(plan.new)


def _point(call: Call, planned: list[Planned]) -> bool:
    with call.server.database.write() as session:
        for plan in planned:
            if plan.table is None:
                add_table(session, plan.path, plan.levels, plan.name, plan.document["location"], plan.new)
            elif plan.old != plan.new and not swap_pointer(session, plan.table, plan.old, plan.new):
                session.rollback()
                return False
        return True


def _too_many(levels: list[str], name: str) -> Refusal:
    shown = identifier(levels, name)
    return Refusal(
        "CommitFailedException", f"Cannot commit to table {shown}: it was modified concurrently {ATTEMPTS} times"
    )


def commit_transaction(call: Call) -> int:
    """POST transactions/commit: changes of several tables, all or none."""
    sent = call.body()
    if "table-changes" not in sent:
        raise Refusal("IllegalArgumentException", "Cannot parse missing field: table-changes")
    given = sent["table-changes"]
    if not given:
        raise Refusal("IllegalArgumentException", "Invalid table changes: empty")
    if not isinstance(given, list):
        raise bad_json()
    changes: dict[tuple[tuple[str, ...], str], Change] = {}
    for item in given:
        if not isinstance(item, dict) or item.get("identifier") is None:
            raise Refusal("IllegalArgumentException", "Invalid table changes: table identifier is required")
        levels, name = read_identifier(item["identifier"])
        change, key = Change.read(item), (tuple(levels), name)
        before = changes.get(key)
        changes[key] = change if before is None else before.followed_by(change)
    for _ in range(ATTEMPTS):
        with call.server.database.read() as session:
            paths = [_changed_path(call, session, list(levels), name) for levels, name in changes]
        for (_, change), path in zip(changes.items(), paths, strict=True):
            change.check(read(call, path))  # all requirements are looked at before anything is written
        planned = [
            _plan(call, path, list(levels), name, change)
            for ((levels, name), change), path in zip(changes.items(), paths, strict=True)
        ]
        if _pointed(call, planned):
            return 204
    raise _too_many(*_first(changes))


def _changed_path(call: Call, session: Session, levels: list[str], name: str) -> list[Entity]:
    path = resolve_in_namespace(session, catalog_named(session, call.param("prefix")), levels, "table", name)
    call.access(session, path[0]).require("COMMIT_TRANSACTION", path)
    return path


def _first(changes: dict[tuple[tuple[str, ...], str], Change]) -> tuple[list[str], str]:
    levels, name = next(iter(changes))
    return list(levels), name
