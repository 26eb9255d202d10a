"""OpenLineage events: in, and out as they came."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from environments.local.standins.marquez import problems, reading, recording, times
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.event_shape import KINDS, RUN_EVENT
from environments.local.standins.marquez.reading import Shape
from environments.local.standins.marquez.tables import Event

Json = dict[str, Any]
_OFFSET = re.compile(r"T.*(Z|[+-]\d\d:\d\d)(\[[^\]]+\])?$")  # without one, a parameter is no time
_RECORD = {
    "LineageEvent": ("RUN_EVENT", recording.record_run_event),
    "DatasetEvent": ("DATASET_EVENT", recording.record_dataset_event),
    "JobEvent": ("JOB_EVENT", recording.record_job_event),
}


def take(call: Call) -> tuple[int, None]:
    """Take an event of any kind; 201 once it is written down with everything that follows from it."""
    body = reading.parse(call.text)
    if body is None:
        raise problems.invalid(422, "The request body must not be null")
    url = body.get("schemaURL") if isinstance(body, dict) else None
    shape = KINDS.get(str(url).rpartition("/")[2], RUN_EVENT)
    lacking = reading.bind(call.text, body, shape)
    if any(one != reading.NULL_ITEM for one in lacking):
        raise problems.invalid(422, *filter(None, lacking))
    kind, record = _RECORD[shape.java]
    recording.keep(call.session, kind, body)
    if lacking or (shape is KINDS["DatasetEvent"] and body.get("dataset") is None):
        raise problems.page(keeps=True)  # the event is kept beside what follows from it, and that fails
    record(call.session, body)
    return 201, None


def all_of(call: Call) -> Json:
    """List events, by default the last ones first; `before` is exclusive, `after` inclusive."""
    before = _time(call, "before", datetime(2030, 1, 1, tzinfo=UTC))
    after = _time(call, "after", datetime(1970, 1, 1, tzinfo=UTC))
    told = call.param("sortDirection")
    direction = "DESC" if told is None else told.strip().upper()
    if direction not in ("DESC", "ASC", ""):
        raise problems.plain(400, "query param sortDirection must be one of [DESC, ASC]")
    limit, offset = call.page()
    if not direction:
        raise problems.failed()
    between = (Event.at < before, Event.at >= after)
    total = call.session.scalar(select(func.count()).select_from(Event).where(*between))
    order = Event.at.desc() if direction == "DESC" else Event.at.asc()
    rows = select(Event.body).where(*between, Event.kind == "RUN_EVENT").order_by(order).limit(limit).offset(offset)
    return {"totalCount": total, "events": [_shown(body, RUN_EVENT) for body in call.session.scalars(rows)]}


def _shown(value: Any, kind: Any) -> Any:
    """Show what was told as its Java class does: with null for every field that is not there."""
    if value is None:
        return None
    if isinstance(kind, list):
        return [_shown(one, kind[0]) for one in value]
    if not isinstance(kind, Shape):
        return times.offset(told) if kind == "time" and (told := times.read_any(value)) else value
    further = {key: _shown(one, kind.further) for key, one in value.items() if key not in kind.fields}
    return {key: _shown(value.get(key), field) for key, field in kind.fields.items()} | further


def _time(call: Call, name: str, default: datetime) -> datetime:
    told = call.param(name)
    try:
        if told is not None and not _OFFSET.search(told):
            raise times.NoTime(told)
        return default if told is None else times.read(told)
    except times.NoTime:
        raise problems.plain(400, f"query param {name} is not valid.") from None
