"""Search by a part of the name, over datasets and jobs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import literal, select, union_all

from environments.local.standins.marquez import problems, times
from environments.local.standins.marquez.call import Call, at_least_0, refuse
from environments.local.standins.marquez.problems import Problem
from environments.local.standins.marquez.tables import Dataset, Job, Symlink

Json = dict[str, Any]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def search(call: Call) -> Json:
    """List what is called like `q`: by name, or the one that changed last first."""
    q, limit = call.param("q") or "", call.number("limit", 10)
    kind, sort = _one_of(call, "filter", ("DATASET", "JOB")), _one_of(call, "sort", ("NAME", "UPDATE_AT")) or "NAME"
    told = {name: call.param(name) for name in ("before", "after")}
    wrong = [name for name, day in told.items() if day is not None and not _DAY.fullmatch(day)]
    refuse(
        [
            *([] if q.strip() else ["query param q must not be blank"]),
            *([at_least_0("limit")] if limit < 0 else []),
            *(f'query param {name} must match "^\\d{{4}}-\\d{{2}}-\\d{{2}}$"' for name in wrong),
        ]
    )
    before, after = _day(told["before"]), _day(told["after"])
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


def _day(told: str | None) -> datetime | None:
    if told is None:
        return None
    try:
        return datetime.fromisoformat(told).replace(tzinfo=UTC)
    except ValueError:
        raise problems.failed() from None


def switched_off(call: Call) -> Json:
    """Refuse the search that needs a search engine: it is switched off."""
    raise Problem(503, None)
