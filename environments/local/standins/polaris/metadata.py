"""Table metadata: read, changed and checked by PyIceberg; written as the real server writes it."""

from __future__ import annotations

import gzip
import json
import re
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata, TableMetadataUtil, new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER, SortOrder
from pyiceberg.table.update import RemovePropertiesUpdate, TableRequirement, TableUpdate, update_table_metadata
from pyiceberg.typedef import IcebergBaseModel

from .errors import Refusal, bad_json, not_done

Json = dict[str, Any]

_UPDATES: TypeAdapter[tuple[TableUpdate, ...]] = TypeAdapter(tuple[TableUpdate, ...])
_REQUIREMENTS: TypeAdapter[tuple[TableRequirement, ...]] = TypeAdapter(tuple[TableRequirement, ...])
SUPPORTED_FORMAT = 4  # the newest that the real server's Iceberg library takes
_VERSION = re.compile(r"(?:^|/)(\d+)-[^/]*$")


def document(metadata: TableMetadata) -> Json:
    """Return metadata as the real server shows it: empty lists stand there, empty identifier fields do not."""
    # The base model writes format version 3 too, which the table's own refuses: no data files are written here.
    found: Json = json.loads(IcebergBaseModel.model_dump_json(metadata, exclude_none=True))
    found.setdefault("current-snapshot-id", None if metadata.format_version >= 3 else -1)
    if metadata.format_version == 1:
        found.pop("last-sequence-number", None)
        found.setdefault("partition-spec", [])
        found["schema"] = next(s for s in found["schemas"] if s["schema-id"] == found["current-schema-id"])
    elif metadata.format_version >= 3:
        found.setdefault("next-row-id", 0)
    for name in ("snapshots", "statistics", "partition-statistics", "snapshot-log", "metadata-log"):
        found.setdefault(name, [])
    found.setdefault("refs", {})
    for schema in (*found["schemas"], *([found["schema"]] if "schema" in found else [])):
        if not schema.get("identifier-field-ids"):
            schema.pop("identifier-field-ids", None)
    return found


def only_refs(found: Json) -> Json:
    """Return a metadata document with the snapshots that a branch or tag points to."""
    kept = {ref["snapshot-id"] for ref in found["refs"].values()}
    return found | {"snapshots": [s for s in found["snapshots"] if s["snapshot-id"] in kept]}


def to_bytes(found: Json, location: str) -> bytes:
    """Return a metadata document as its file's content, packed when the file's name says so."""
    content = json.dumps(found, separators=(",", ":")).encode()
    return gzip.compress(content) if ".gz." in location else content


def unpacked(content: bytes) -> bytes:
    """Return a metadata file's content, whether it is packed or not."""
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def from_bytes(content: bytes) -> TableMetadata:
    """Read a table's metadata file."""
    return TableMetadataUtil.parse_raw(unpacked(content).decode())


def new_location(location: str, properties: dict[str, str], previous: str | None) -> str:
    """Return the place of the next metadata file."""
    folder = properties.get("write.metadata.path", f"{location}/metadata").rstrip("/")
    matched = _VERSION.search(previous) if previous else None
    version = int(matched[1]) + 1 if matched else 0
    packed = ".gz" if properties.get("write.metadata.compression-codec") == "gzip" else ""
    return f"{folder}/{version:05d}-{uuid.uuid4()}{packed}.metadata.json"


def created(request: Json, location: str, defaults: dict[str, str]) -> TableMetadata:
    """Return the metadata of a new table; raises Refusal when the request's schema, spec or order is wrong."""
    properties = {
        **defaults,
        "write.parquet.compression-codec": "zstd",
        "created-at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        **_texts(request.get("properties")),
    }
    version = properties.get("format-version", "2")
    if not version.isdigit() or int(version) > SUPPORTED_FORMAT:
        raise Refusal(
            "IllegalArgumentException", f"Unsupported format version: v{version} (supported: v{SUPPORTED_FORMAT})"
        )
    if int(version) > 3:
        raise not_done("tables of format version 4")
    _check_fields(request["schema"])
    try:
        schema = Schema.model_validate(request["schema"])
        spec = request.get("partition-spec")
        order = request.get("write-order")
        metadata = new_table_metadata(
            schema,
            PartitionSpec.model_validate(spec) if spec else UNPARTITIONED_PARTITION_SPEC,
            SortOrder.model_validate(order) if order else UNSORTED_SORT_ORDER,
            location,
            properties,
        )
    except (ValueError, TypeError, KeyError):  # pydantic's and PyIceberg's own errors are ValueErrors
        raise bad_json() from None
    return metadata


def _check_fields(schema: Any) -> None:
    """Refuse what Java's reader refuses and PyIceberg's does not: fields without `required`, ids or names twice."""
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(fields, list) or not all(isinstance(f, dict) and "required" in f and "name" in f for f in fields):
        raise bad_json()
    for key in ("id", "name"):
        if len({str(field.get(key)) for field in fields}) != len(fields):
            raise bad_json()


def _texts(properties: Any) -> dict[str, str]:
    if properties is None:
        return {}
    if not isinstance(properties, dict) or any(v is None or isinstance(v, (dict, list)) for v in properties.values()):
        raise bad_json()
    return {str(k): str(v).lower() if isinstance(v, bool) else str(v) for k, v in properties.items()}


class Change:
    """The requirements and updates of one table in a commit, read from a request."""

    def __init__(self, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]) -> None:
        self.requirements, self.updates = requirements, updates

    @classmethod
    def read(cls, request: Json) -> Change:
        """Read a change; 400 when a requirement or update is not one of the specification's."""
        for update in request.get("updates") or ():
            if isinstance(update, dict) and update.get("action") == "set-properties":
                _texts(update.get("updates"))
        try:
            return cls(
                _REQUIREMENTS.validate_python(tuple(request.get("requirements") or ())),
                _UPDATES.validate_python(tuple(request.get("updates") or ())),
            )
        except (ValidationError, TypeError):
            raise bad_json() from None

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
        try:
            return _without_passing(self.updates, update_table_metadata(start, updates, base is None, pointer))
        except (ValueError, TypeError, KeyError, StopIteration) as error:
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
