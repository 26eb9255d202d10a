"""What stages bronze and transform both ask of a table: its columns, its place, its files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from harness.contracts.breach import Breach, Breaches
from harness.contracts.compare import same_columns
from harness.contracts.probe import Probe
from harness.contracts.registry import Facts
from harness.systems.http import UnexpectedAnswer
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


def tables_there(probe: Probe, layer: str, declared: Iterable[str]) -> Facts:
    """Raise Breach when the catalog has none of a layer's declared tables, one for each that it has not otherwise."""
    namespace = probe.namespaces[layer]
    wanted = [name for name in declared if probe.expectations.table(name).layer == layer]
    there = probe.catalog.table_names(tuple(namespace.split(".")))
    _all_or_each(
        f"there are no tables in {namespace}",
        {
            name: Breach(f"there is no table {name}", expected=name, actual=f"there are: {', '.join(there) or 'none'}")
            for name in wanted
            if name not in there
        },
        wanted,
        namespace,
    )
    return {"tables": there}


def files_there(probe: Probe, layer: str, declared: Iterable[str]) -> Facts:
    """Raise Breach when the store has the files of none of a layer's tables, one for each that lacks some otherwise."""
    namespace = probe.namespaces[layer]
    wanted = [name for name in declared if probe.expectations.table(name).layer == layer]
    missing = {name: breach for name in wanted if (breach := _files_missing(probe, name))}
    _all_or_each(f"the files of all tables in {namespace} are gone", missing, wanted, namespace)
    return {"tables": wanted}


def _files_missing(probe: Probe, table: str) -> Breach | None:
    """Return what is wrong with the metadata file and the data files of a table, None where they are there."""
    try:
        loaded = probe.catalog.table(*address(probe, table))
    except UnexpectedAnswer as refused:  # the catalog reads the metadata file to answer
        return Breach(f"the catalog cannot load {table}", expected="its metadata", actual=refused.actual)
    metadata = str(loaded["metadata-location"])
    bucket, _, key = metadata.removeprefix("s3://").partition("/")
    keys = probe.objects.keys_under(bucket, f"{key.rpartition('/metadata/')[0]}/")
    if key not in keys:
        return Breach(f"the metadata file of {table} is gone", expected=metadata, actual=f"{len(keys)} other files")
    if not any(name.endswith(".parquet") for name in keys):
        return Breach(f"{table} has no data file", expected="parquet files", actual=f"{len(keys)} files")
    return None


def _all_or_each(heading: str, missing: Mapping[str, Breach], wanted: Collection[str], namespace: str) -> None:
    """Raise one Breach when all that is wanted is missing, else one for each that is; return when nothing is."""
    if missing and len(missing) == len(wanted):
        first = next(iter(missing.values()))
        raise Breach(heading, expected=", ".join(wanted), actual=first.actual, subject=namespace)
    if missing:
        for name, breach in missing.items():
            breach.subject = f"{namespace}/{name}"
        raise Breaches(list(missing.values()))


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
