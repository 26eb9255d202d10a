"""Search by a part of the name, over datasets and jobs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import literal, select, union_all

from environments.local.standins.marquez import problems, times
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.problems import Problem
from environments.local.standins.marquez.tables import Dataset, Job, Symlink

Json = dict[str, Any]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def search(call: Call) -> Json:
    """List what is called like `q`: by name, or the one that changed last first."""
    q = call.param("q")
    if not q or not q.strip():
        raise problems.invalid(400, "query param q must not be blank")
    limit = call.number("limit", 10)
    if limit < 0:
        raise problems.invalid(400, "query param limit must be greater than or equal to 0")
    kind, sort = _one_of(call, "filter", ("DATASET", "JOB")), _one_of(call, "sort", ("NAME", "UPDATE_AT")) or "NAME"
    before, after = _day(call, "before"), _day(call, "after")
    datasets = (
        select(literal("DATASET").label("type"), Symlink.namespace, Symlink.name, Dataset.updated)
        .join(Dataset, Dataset.id == Symlink.dataset)
        .where(~Dataset.hidden, Symlink.name.ilike(f"%{q}%"))
    )
    jobs = select(literal("JOB").label("type"), Job.namespace, Job.name, Job.updated).where(
        ~Job.hidden, Job.name.ilike(f"%{q}%")
    )
    found = union_all(datasets, jobs).subquery()
    both = found.c
    wanted = [
        *([both.type == kind] if kind else []),
        *([both.namespace == call.param("namespace")] if call.param("namespace") else []),
        *([both.updated < before] if before else []),
        *([both.updated > after] if after else []),
    ]
    order = (both.type, both.name) if sort == "NAME" else (both.updated.desc(), both.type)  # datasets first
    rows = call.session.execute(select(found).where(*wanted).order_by(*order).limit(limit))
    results = [
        {
            "type": row.type,
            "name": row.name,
            "updatedAt": times.shown(row.updated),
            "namespace": row.namespace,
            "nodeId": f"{row.type.lower()}:{row.namespace}:{row.name}",
        }
        for row in rows
    ]
    return {"totalCount": len(results), "results": results}


def _one_of(call: Call, name: str, allowed: tuple[str, ...]) -> str | None:
    told = (call.param(name) or "").upper()
    if told and told not in allowed:
        raise problems.plain(400, f"query param {name} must be one of [{', '.join(allowed)}]")
    return told or None


def _day(call: Call, name: str) -> datetime | None:
    told = call.param(name)
    if told is None:
        return None
    if not _DAY.fullmatch(told):
        raise problems.invalid(400, f'query param {name} must match "^\\d{{4}}-\\d{{2}}-\\d{{2}}$"')
    try:
        return datetime.fromisoformat(told).replace(tzinfo=UTC)
    except ValueError:
        raise problems.failed() from None


def switched_off(call: Call) -> Json:
    """Refuse the search that needs a search engine: it is switched off."""
    raise Problem(503, None)
