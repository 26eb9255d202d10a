"""Rows as Marquez' API shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

DEFAULT_NAMESPACE = (
    "The default global namespace for dataset, job, and run metadata not belonging to a user-specified namespace."
)
Json = dict[str, Any]


def at(time: datetime | None) -> str | None:
    """Return a time as Java's Instant prints it: no fraction where there is none."""
    if time is None:
        return None
    utc = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    digits = f"{utc.microsecond:06d}"
    fraction = "" if not utc.microsecond else f".{digits[:3]}" if digits.endswith("000") else f".{digits}"
    return f"{utc:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def namespace(row: Row[Any]) -> Json:
    """Show a namespace."""
    return {
        "name": row.name,
        "createdAt": at(row.created),
        "updatedAt": at(row.updated),
        "ownerName": "anonymous",
        "description": DEFAULT_NAMESPACE if row.name == "default" else None,
        "isHidden": False,
    }


def _named(namespace: str, name: str) -> Json:
    return {"namespace": namespace, "name": name}


def run(row: Row[Any]) -> Json:
    """Show a run."""
    lasted = None if row.started is None or row.ended is None else row.ended - row.started

    def versions(side: Iterable[Json]) -> list[Json]:
        return [
            {
                "datasetVersionId": {**_named(d["namespace"], d["name"]), "version": d["version"]},
                "facets": d["facets"],
            }
            for d in side
            if d["version"] is not None
        ]

    return {
        "id": row.id,
        "createdAt": at(row.created),
        "updatedAt": at(row.updated),
        "nominalStartTime": _nominal(row, "nominalStartTime"),
        "nominalEndTime": _nominal(row, "nominalEndTime"),
        "state": row.state,
        "startedAt": at(row.started),
        "endedAt": at(row.ended),
        "durationMs": None if lasted is None else round(lasted.total_seconds() * 1000),
        "args": row.args,
        "jobVersion": {**_named(row.namespace, row.job), "version": row.job_version},
        "inputDatasetVersions": versions(row.inputs),
        "outputDatasetVersions": versions(row.outputs),
        "facets": row.facets,
    }


def _nominal(row: Row[Any], field: str) -> str | None:
    told = (row.facets.get("nominalTime") or {}).get(field)
    return at(datetime.fromisoformat(told)) if told else None


def job(row: Row[Any], runs: list[Row[Any]]) -> Json:
    """Show a job; `runs`: its runs, newest first."""
    kind = row.facets.get("jobType") or {}
    shown = [run(each) for each in runs]
    latest = next((each for each in shown if each["id"] == row.latest_run), shown[0] if shown else None)
    return {
        "id": _named(row.namespace, row.name),
        "type": "BATCH",
        "name": row.name,
        "simpleName": row.simple_name,
        "parentJobName": row.parent_name,
        "parentJobUuid": None,
        "createdAt": at(row.created),
        "updatedAt": at(row.updated),
        "namespace": row.namespace,
        "inputs": [_named(*pair) for pair in row.inputs],
        "outputs": [_named(*pair) for pair in row.outputs],
        "location": (row.facets.get("sourceCodeLocation") or {}).get("url"),
        "description": (row.facets.get("documentation") or {}).get("description"),
        "latestRun": latest,
        "latestRuns": shown[:10],
        "facets": row.facets,
        "currentVersion": row.version,
        "labels": [kind[field] for field in ("jobType", "integration") if kind.get(field)],
        "tags": [],
    }


def dataset(row: Row[Any]) -> Json:
    """Show a dataset; its fields are known once a version of it is."""
    told = (row.facets.get("schema") or {}).get("fields") or [] if row.version else []
    lineage = (row.facets.get("columnLineage") or {}).get("fields")
    return {
        "id": _named(row.namespace, row.name),
        "type": "DB_TABLE",
        "name": row.name,
        "physicalName": row.name,
        "createdAt": at(row.created),
        "updatedAt": at(row.updated),
        "namespace": row.namespace,
        "sourceName": (row.facets.get("dataSource") or {}).get("name", "default"),
        "fields": [
            {"name": f["name"], "type": f.get("type"), "tags": [], "description": f.get("description")} for f in told
        ],
        "tags": [],
        "lastModifiedAt": None,
        "lastLifecycleState": row.lifecycle or "",
        "description": (row.facets.get("documentation") or {}).get("description"),
        "currentVersion": row.version,
        "columnLineage": None if lineage is None else [_column(name, made) for name, made in lineage.items()],
        "facets": row.facets,
        "deleted": False,
    }


def _column(name: str, made: Json) -> Json:
    how = {key: made.get(key) for key in ("transformationDescription", "transformationType")}
    inputs = [
        {"namespace": i["namespace"], "dataset": i["name"], "field": i["field"], **how}
        for i in made.get("inputFields") or ()
    ]
    return {"name": name, "inputFields": inputs, **how}
