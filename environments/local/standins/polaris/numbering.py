"""The ids of added schemas, partition specs and sort orders: given by the server, as Iceberg's Java library does.

What is there already keeps its id and is not added again; anything else gets the next free one, whatever the client
wrote. `-1` in a later update means the one that was added last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyiceberg.table.metadata import TableMetadata


@dataclass(frozen=True)
class _Kind:
    added: str  # the update's field that holds what is added
    id: str  # the field of its id
    chosen: str  # the field of the update that chooses one
    known: Callable[[TableMetadata], Sequence[Any]]
    content: Callable[[Any], Any]  # what makes two of them the same
    first: int


_SCHEMA = _Kind(
    "schema_", "schema_id", "schema_id", lambda base: base.schemas,
    lambda one: (one.as_struct(), frozenset(one.identifier_field_ids)), 0,
)  # fmt: skip
_SPEC = _Kind(
    "spec", "spec_id", "spec_id", lambda base: base.partition_specs,
    lambda one: [(field.source_id, str(field.transform), field.name) for field in one.fields], 0,
)  # fmt: skip
_ORDER = _Kind(
    "sort_order", "order_id", "sort_order_id", lambda base: base.sort_orders, lambda one: one.fields, 1,
)  # fmt: skip
_KINDS = {
    "add-schema": _SCHEMA, "set-current-schema": _SCHEMA,
    "add-spec": _SPEC, "set-default-spec": _SPEC,
    "add-sort-order": _ORDER, "set-default-sort-order": _ORDER,
}  # fmt: skip


def numbered(updates: Sequence[Any], base: TableMetadata) -> tuple[Any, ...]:
    """Return the updates of a table that is there, with the ids that the server gives."""
    known = {kind: {getattr(one, kind.id): one for one in kind.known(base)} for kind in (_SCHEMA, _SPEC, _ORDER)}
    last: dict[_Kind, int] = {}
    found = []
    for update in updates:
        kind = _KINDS.get(update.action)
        if kind is None:
            found.append(update)
        elif not update.action.startswith("add-"):
            chosen = getattr(update, kind.chosen)
            id_ = last.get(kind, chosen) if chosen == -1 else chosen
            found.append(update.model_copy(update={kind.chosen: id_}))
        else:
            one = getattr(update, kind.added)
            same = [id_ for id_, other in known[kind].items() if kind.content(other) == kind.content(one)]
            last[kind] = same[0] if same else max([kind.first - 1, *known[kind]]) + 1
            if not same:
                known[kind][last[kind]] = one.model_copy(update={kind.id: last[kind]})
                found.append(update.model_copy(update={kind.added: known[kind][last[kind]]}))
    return tuple(found)
