"""Reads an OpenLineage run event as Marquez does: what it refuses, and with which words."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_REQUIRED = ("run", "eventTime", "job", "producer")
_KINDS = {"RunEvent": "run", "DatasetEvent": "dataset", "JobEvent": "job"}
STATES = {"START": "RUNNING", "COMPLETE": "COMPLETED", "FAIL": "FAILED", "ABORT": "ABORTED", None: "NEW"}
TERMINAL = frozenset({"COMPLETED", "FAILED", "ABORTED"})


class Refused(Exception):
    """An answer that is no success: HTTP status and JSON body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


@dataclass(frozen=True)
class RunEvent:
    """A run event, its names and times settled."""

    body: dict[str, Any]
    time: datetime
    run_id: str
    state: str
    namespace: str
    job: str  # with its parent's name in front, as Marquez names it
    simple_job: str
    parent: str | None

    @property
    def run_facets(self) -> dict[str, Any]:
        """The run's facets."""
        return dict(self.body["run"].get("facets") or {})

    @property
    def job_facets(self) -> dict[str, Any]:
        """The job's facets."""
        return dict(self.body["job"].get("facets") or {})


def read_event(raw: bytes) -> RunEvent:
    """Return the event of a request body; raises Refused as the real server does.

    A body that cannot be read is a 500 whose body says 400; a field that is missing is a 422; events of jobs or
    datasets alone are 501: this stand-in keeps run events.
    """
    try:
        body = json.loads(raw) if raw.strip() else None
    except (ValueError, UnicodeDecodeError) as error:
        raise Refused(500, {"code": 400, "message": str(error)}) from None
    if body is None:
        raise Refused(422, {"errors": ["The request body must not be null"]})
    if not isinstance(body, dict):
        raise Refused(500, {"code": 400, "message": "Cannot deserialize `LineageEvent`"})
    kind = _KINDS.get(str(body.get("schemaURL") or "").rsplit("/", 1)[-1], "run")
    if kind != "run":
        raise Refused(501, {"code": 501, "message": f"this stand-in does not keep {kind} events"})
    missing = [f"{name} must not be null" for name in _REQUIRED if body.get(name) is None]
    if missing:
        raise Refused(422, {"errors": missing})
    _check_parts(body)
    parent = ((body["run"].get("facets") or {}).get("parent") or {}).get("job") or {}
    simple, above = body["job"]["name"], parent.get("name")
    return RunEvent(
        body=body,
        time=_time(body["eventTime"]),
        run_id=_run_id(body["run"]["runId"]),
        state=STATES.get(body.get("eventType"), "RUNNING"),
        namespace=body["job"]["namespace"],
        job=f"{above}.{simple}" if above else simple,
        simple_job=simple,
        parent=above,
    )


def _check_parts(body: dict[str, Any]) -> None:
    missing = []
    for part, field in (("run", "runId"), ("job", "namespace"), ("job", "name")):
        if not isinstance(body[part], dict):
            raise Refused(500, {"code": 400, "message": f"Cannot deserialize `{part}`"})
        if body[part].get(field) is None:
            missing.append(f"{part}.{field} must not be null")
    for side in ("inputs", "outputs"):
        for index, dataset in enumerate(body.get(side) or ()):
            if not isinstance(dataset, dict):
                raise Refused(500, {"code": 400, "message": f"Cannot deserialize `{side}`"})
            missing += [
                f"{side}[{index}].{f} must not be null" for f in ("namespace", "name") if dataset.get(f) is None
            ]
    if missing:
        raise Refused(422, {"errors": missing})


def _time(value: Any) -> datetime:
    try:
        read = datetime.fromtimestamp(value / 1000, UTC) if isinstance(value, int) else datetime.fromisoformat(value)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise Refused(500, {"code": 400, "message": f"Cannot deserialize `eventTime`: {error}"}) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _run_id(value: Any) -> str:
    """Return a UUID; another name becomes the MD5 name-UUID that Java's UUID.nameUUIDFromBytes gives."""
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        import hashlib

        digest = hashlib.md5(str(value).encode(), usedforsecurity=False).digest()
        return str(uuid.UUID(bytes=digest, version=3))
