"""Table metadata: read, changed and checked by PyIceberg; written as the real server writes it."""

from __future__ import annotations

import gzip
import json
import re
import uuid
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pyiceberg.exceptions import ValidationError
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata, TableMetadataUtil, new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER, SortOrder
from pyiceberg.typedef import IcebergBaseModel

from .errors import Refusal, bad_json, not_done

Json = dict[str, Any]
Model = TypeVar("Model")
SCHEMA = TypeAdapter(Schema)
_SPEC, _ORDER = TypeAdapter(PartitionSpec), TypeAdapter(SortOrder)

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


@lru_cache(maxsize=64)
def shown(content: bytes) -> Json:
    """Return a table's metadata file as `document` shows it; the same content is read once, so it is not to change."""
    return document(from_bytes(content))


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
        **property_texts(request.get("properties")),
    }
    version = properties.get("format-version", "2")
    if not version.isdigit() or int(version) > SUPPORTED_FORMAT:
        raise Refusal(
            "IllegalArgumentException", f"Unsupported format version: v{version} (supported: v{SUPPORTED_FORMAT})"
        )
    if int(version) > 3:
        raise not_done("tables of format version 4")
    _check_fields(request["schema"])
    spec, order = request.get("partition-spec"), request.get("write-order")
    try:
        return new_table_metadata(
            modelled(SCHEMA, request["schema"]),
            modelled(_SPEC, spec) if spec else UNPARTITIONED_PARTITION_SPEC,
            modelled(_ORDER, order) if order else UNSORTED_SORT_ORDER,
            location,
            properties,
        )
    except (ValueError, TypeError, KeyError, ValidationError):  # what does not fit the schema
        raise bad_json() from None


def modelled(model: TypeAdapter[Model], given: Any) -> Model:
    """Return one of PyIceberg's models read from a request; 400 when it is none.

    Its validators run before types are checked, so that a wrong type shows as any of these errors.
    """
    try:
        return model.validate_python(given)
    except (ValueError, TypeError, KeyError, AttributeError):  # pydantic's and PyIceberg's own errors are ValueErrors
        raise bad_json() from None


def _check_fields(schema: Any) -> None:
    """Refuse what Java's reader refuses and PyIceberg's does not: fields without `required`, ids or names twice."""
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(fields, list) or not all(isinstance(f, dict) and "required" in f and "name" in f for f in fields):
        raise bad_json()
    for key in ("id", "name"):
        if len({str(field.get(key)) for field in fields}) != len(fields):
            raise bad_json()


def property_texts(properties: Any) -> dict[str, str]:
    """Return a table's properties as texts; 400 when one is null or no scalar."""
    if properties is None:
        return {}
    if not isinstance(properties, dict) or any(v is None or isinstance(v, (dict, list)) for v in properties.values()):
        raise bad_json()
    return {str(k): str(v).lower() if isinstance(v, bool) else str(v) for k, v in properties.items()}
