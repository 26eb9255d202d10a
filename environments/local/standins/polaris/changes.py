"""Changes of a table's metadata: requirements and updates, applied by PyIceberg, refused in Iceberg's own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter
from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.exceptions import CommitFailedException, ValidationError
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.update import RemovePropertiesUpdate, TableRequirement, TableUpdate, update_table_metadata

from .call import objects
from .errors import Refusal, not_done
from .metadata import SUPPORTED_FORMAT, Json, modelled, property_texts
from .numbering import numbered

_UPDATES: TypeAdapter[tuple[TableUpdate, ...]] = TypeAdapter(tuple[TableUpdate, ...])
_REQUIREMENTS: TypeAdapter[tuple[TableRequirement, ...]] = TypeAdapter(tuple[TableRequirement, ...])


class Change:
    """The requirements and updates of one table in a commit, read from a request."""

    def __init__(self, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]) -> None:
        self.requirements, self.updates = requirements, updates

    @classmethod
    def read(cls, request: Json) -> Change:
        """Read a change; 400 when a requirement or update is not one of the specification's."""
        requirements, updates = objects(request.get("requirements")), objects(request.get("updates"))
        for update in updates:
            if update.get("action") == "set-properties":
                property_texts(update.get("updates"))
        return cls(modelled(_REQUIREMENTS, tuple(requirements)), modelled(_UPDATES, tuple(updates)))

    @property
    def creates(self) -> bool:
        """Whether the table must not be there yet."""
        return any(requirement.type == "assert-create" for requirement in self.requirements)

    @property
    def actions(self) -> set[str]:
        """The names of the updates."""
        return {update.action for update in self.updates}

    def followed_by(self, later: Change) -> Change:
        """Return this change and a later one of the same table as one."""
        return Change(self.requirements + later.requirements, self.updates + later.updates)

    def check(self, base: TableMetadata | None) -> None:
        """Raise Refusal (409) when a requirement does not hold."""
        for requirement in self.requirements:
            try:
                requirement.validate(base)
            except CommitFailedException:
                message = _unmet(requirement, base)
                raise Refusal("CommitFailedException", f"Requirement failed: {message}") from None

    def apply(self, base: TableMetadata | None, pointer: str | None) -> TableMetadata:
        """Return the metadata after the change; raises Refusal when a requirement or an update does not fit."""
        self.check(base)
        start = MetastoreCatalog._empty_table_metadata() if base is None else base
        for update in self.updates:
            _check_update(update, start)
        updates = tuple(_removing_what_is_there(update, start) for update in self.updates)
        if base is not None:
            updates = numbered(updates, base)
        try:
            return _without_passing(self.updates, update_table_metadata(start, updates, base is None, pointer))
        except (ValueError, TypeError, KeyError, AttributeError, StopIteration, ValidationError) as error:
            raise _refused_update(self.updates, start, base is None, error) from None


def _without_passing(updates: Sequence[Any], made: TableMetadata) -> TableMetadata:
    """Forget, in the snapshot log, snapshots that were current within the change only (as Iceberg's Java library)."""
    added = {update.snapshot.snapshot_id for update in updates if update.action == "add-snapshot"}
    passing = added - {made.current_snapshot_id}
    if not passing:
        return made
    log = [entry for entry in made.snapshot_log if entry.snapshot_id not in passing]
    return made.model_copy(update={"snapshot_log": log})


def _removing_what_is_there(update: Any, base: TableMetadata) -> Any:
    """Forget removals of properties that are not there: Iceberg's Java library passes over them."""
    if update.action != "remove-properties":
        return update
    return RemovePropertiesUpdate(removals=[name for name in update.removals if name in base.properties])


def _unmet(requirement: Any, base: TableMetadata | None) -> str:
    """Return Iceberg's words for a requirement that does not hold (org.apache.iceberg.UpdateRequirement)."""
    if requirement.type == "assert-create":
        return "table already exists"
    if base is None:
        return "table does not exist"
    if requirement.type == "assert-table-uuid":
        return f"UUID does not match: expected {base.table_uuid} != {requirement.uuid}"
    if requirement.type == "assert-ref-snapshot-id":
        ref = base.refs.get(requirement.ref)
        if ref is None:
            return f"branch or tag {requirement.ref} is missing, expected {requirement.snapshot_id}"
        kind = ref.snapshot_ref_type.value
        if requirement.snapshot_id is None:
            return f"{kind} {requirement.ref} was created concurrently"
        return f"{kind} {requirement.ref} has changed: expected id {requirement.snapshot_id} != {ref.snapshot_id}"
    words, expected, actual = {
        "assert-last-assigned-field-id": ("last assigned field id", "last_assigned_field_id", base.last_column_id),
        "assert-current-schema-id": ("current schema", "current_schema_id", base.current_schema_id),
        "assert-last-assigned-partition-id": (
            "last assigned partition id", "last_assigned_partition_id", base.last_partition_id),
        "assert-default-spec-id": ("default partition spec", "default_spec_id", base.default_spec_id),
        "assert-default-sort-order-id": ("default sort order", "default_sort_order_id", base.default_sort_order_id),
    }[requirement.type]  # fmt: skip
    return f"{words} changed: expected id {getattr(requirement, expected)} != {actual}"


def _check_update(update: Any, base: TableMetadata) -> None:
    """Refuse, in Iceberg's words, an update whose mistake PyIceberg names otherwise or lets pass."""
    check: Callable[[Any, TableMetadata], None] | None = _CHECKS.get(update.action)
    if check is not None:
        check(update, base)


def _check_version(update: Any, base: TableMetadata) -> None:
    version = update.format_version
    if version > SUPPORTED_FORMAT:
        raise Refusal(
            "IllegalArgumentException",
            f"Cannot upgrade table to unsupported format version: v{version} (supported: v{SUPPORTED_FORMAT})",
        )
    if version < base.format_version:
        raise Refusal("IllegalArgumentException", f"Cannot downgrade v{base.format_version} table to v{version}")
    if version > 3:
        raise not_done("tables of format version 4")


def _check_snapshot(update: Any, base: TableMetadata) -> None:
    snapshot = update.snapshot
    if any(known.snapshot_id == snapshot.snapshot_id for known in base.snapshots):
        raise Refusal("ValidationException", f"Snapshot already exists for id: {snapshot.snapshot_id}")
    last = 0 if base.format_version == 1 else base.last_sequence_number
    if snapshot.parent_snapshot_id is not None and snapshot.sequence_number <= last:
        raise Refusal(
            "RetryableValidationException",
            f"Cannot add snapshot with sequence number {snapshot.sequence_number} older than last sequence number "
            f"{last}",
        )


def _check_removed(update: Any, base: TableMetadata) -> None:
    known = {snapshot.snapshot_id for snapshot in base.snapshots}
    missing = len(set(update.snapshot_ids) - known)
    if len(known) < missing:  # Java sizes an array by the difference
        raise Refusal("IllegalArgumentException", f"arraySize cannot be negative but was: {len(known) - missing}")


_CHECKS: dict[str, Callable[[Any, TableMetadata], None]] = {
    "upgrade-format-version": _check_version,
    "add-snapshot": _check_snapshot,
    "remove-snapshots": _check_removed,
}


def _refused_update(updates: Sequence[Any], base: TableMetadata, new: bool, error: Exception) -> Refusal:
    """Return Iceberg's refusal for updates that PyIceberg could not apply."""
    added = {u.action for u in updates}
    if new and "add-schema" not in added:
        return Refusal(
            "NullPointerException", 'Cannot invoke "org.apache.iceberg.Schema.asStruct()" because "schema" is null'
        )
    snapshots = {s.snapshot_id for s in base.snapshots} | {
        u.snapshot.snapshot_id for u in updates if u.action == "add-snapshot"
    }
    for update in updates:
        if update.action == "set-current-schema" and update.schema_id not in (-1, *(s.schema_id for s in base.schemas)):
            message = f"Cannot set current schema to unknown schema: {update.schema_id}"
            return Refusal("IllegalArgumentException", message)
        if update.action == "set-default-spec" and update.spec_id not in (
            -1,
            *(s.spec_id for s in base.partition_specs),
        ):
            return Refusal("NullPointerException", 'Cannot read field "fields" because "spec" is null')
        if update.action == "set-snapshot-ref" and update.snapshot_id not in snapshots:
            message = f"Cannot set {update.ref_name} to unknown snapshot: {update.snapshot_id}"
            return Refusal("ValidationException", message)
    return Refusal("IllegalArgumentException", str(error)[:300])
