"""Statistics: how many events came, and how much there was, by hour of the last day or day of the last week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select

from environments.local.standins.marquez import problems, times
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.problems import Problem
from environments.local.standins.marquez.tables import Dataset, Event, Job, Source

Json = dict[str, Any]
_Interval = tuple[datetime, datetime]
_TYPES = ("fail", "start", "complete", "abort")


def events(call: Call) -> list[Json]:
    """Count the events that arrived, by type."""
    intervals = _intervals(call, refuse=True)
    first = intervals[0][0] if intervals else times.now()
    rows = call.session.execute(select(Event.arrived, Event.type).where(Event.arrived >= first)).all()
    found = []
    for start, end in intervals:
        counted = Counter(str(type_).lower() for arrived, type_ in rows if start <= arrived < end)
        found.append(_shown((start, end)) | {name: counted[name] for name in _TYPES})
    return found


def growth(table: type[Job] | type[Dataset] | type[Source]) -> Callable[[Call], list[Json]]:
    """Return a resource that counts what was there at the end of each interval."""

    def count(call: Call) -> list[Json]:
        intervals = _intervals(call, refuse=False)
        number = select(func.count()).select_from(table)
        return [_shown(one) | {"count": call.session.scalar(number.where(table.created < one[1]))} for one in intervals]

    return count


def _shown(interval: _Interval) -> Json:
    return {"startInterval": times.shown(interval[0]), "endInterval": times.shown(interval[1])}


def _intervals(call: Call, *, refuse: bool) -> list[_Interval]:
    period, zone = (call.param("period") or "").upper(), call.param("timezone")
    if not period:
        raise Problem(400, "Invalid period")
    if period not in ("DAY", "WEEK"):
        raise problems.plain(400, "query param period must be one of [DAY, WEEK]")
    now = times.now()
    if period == "DAY":
        hour = now.replace(minute=0, second=0, microsecond=0)
        return [(hour - timedelta(hours=back), hour - timedelta(hours=back - 1)) for back in range(23, -1, -1)]
    if not zone:
        if refuse:
            raise Problem(400, "Timezone must be specified for period 'WEEK'")
        return []
    day = now.astimezone(_zone(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [(day - timedelta(days=back), day - timedelta(days=back - 1)) for back in range(6, -1, -1)]
    return [(start.astimezone(now.tzinfo), end.astimezone(now.tzinfo)) for start, end in days]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise problems.failed() from None
