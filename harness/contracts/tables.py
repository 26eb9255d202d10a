"""What stages bronze and transform both ask of a table: its columns, its place, its files."""

from __future__ import annotations

from typing import Any

from harness.contracts.breach import Breach
from harness.contracts.compare import same_columns
from harness.contracts.probe import Probe
from harness.contracts.registry import Facts
from harness.systems.lake import named


def in_lake(probe: Probe, table: str) -> str:
    """Return a declared table's name in SQL."""
    return named("lake", *address(probe, table))


def address(probe: Probe, table: str) -> tuple[str, str]:
    """Return a declared table's namespace and name."""
    return probe.namespaces[probe.expectations.table(table).layer], table


def count(probe: Probe, table: str) -> int:
    """Return how many rows a table has."""
    return probe.lake.count(address(probe, table))


def columns_hold(probe: Probe, table: str) -> Facts:
    """Raise Breach when a table's Iceberg schema is not the declared one."""
    loaded = probe.catalog.table(*address(probe, table))
    columns = iceberg_columns(loaded["metadata"])
    same_columns(table, probe.expectations.table(table).columns, columns)
    return {"columns": columns}


def iceberg_columns(metadata: dict[str, Any]) -> dict[str, str]:
    """Return name -> type of the current schema in a table's metadata, types as PyIceberg writes them."""
    current = metadata["current-schema-id"]
    schema = next(schema for schema in metadata["schemas"] if schema["schema-id"] == current)
    return {field["name"]: iceberg_type(field["type"]) for field in schema["fields"]}


def iceberg_type(kind: Any) -> str:
    """Return a type's name in one spelling, whichever writer it comes from: `decimal(18, 2)`."""
    return str(kind).replace(" ", "").replace(",", ", ") if isinstance(kind, str) else str(kind.get("type", kind))


def location_holds(probe: Probe, table: str) -> Facts:
    """Raise Breach when a table, or a file of it, lies outside of its layer's location, or has no data file there."""
    layer = probe.platform.location(probe.expectations.table(table).layer)
    loaded = probe.catalog.table(*address(probe, table))
    place = str(loaded["metadata"]["location"])
    for what, where in (("table", place), ("metadata file", str(loaded["metadata-location"]))):
        if not where.startswith(layer):
            raise Breach(f"the {what} of {table} lies elsewhere", expected=f"{layer}…", actual=where)
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    keys = probe.objects.keys_under(bucket, f"{prefix.rstrip('/')}/")
    data = [key for key in keys if key.endswith(".parquet")]
    if not data:
        raise Breach(f"{table} has no data file", expected=f"parquet files under {place}", actual=f"{len(keys)} keys")
    return {"location": place, "data_files": len(data)}
