"""Marquez' answers made comparable: `<ts> <uuid> <hex> <base> <any> "<text TYPE>"` stand for what changes.

UUIDs that a client chose stay as they are, and so do times that lie more than some days off: the recording's events
are of the past, what is near now is the server's own clock.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.conformance.exchange import Json, parsed, substituted

_HEADERS = ("content-type", "location", "allow")
_UUID = re.compile(r"(?<![0-9a-fA-F-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F-])")
_RUN_ID = re.compile(r'\\?"runId\\?"\s*:\s*\\?"([^"\\]*)')
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_NEAR = timedelta(days=9)
_CHANGING = [
    (re.compile(r"\(ID [0-9a-f]{16}\)"), "(ID <hex>)"),
    (re.compile(r"\b((?:java|org|marquez|com)\.[\w.$]{1,120})@[0-9a-f]{5,8}\b"), r"\1@<hex>"),
]
# Lists whose order the server does not fix: compared as sets, by the key that holds them.
_UNORDERED = {
    "inputs", "outputs", "inEdges", "outEdges", "tags", "fields", "inputFields", "inputDatasetVersions",
    "outputDatasetVersions", "inputVersions", "outputVersions", "childRuns", "columnLineage", "errors",
}  # fmt: skip
# Lists in order of a time: what has the same time has no fixed order.
_BY_TIME = {"jobs", "runs", "latestRuns", "events", "versions"}
_SHOWN = 12  # differences of one answer that are told


class MarquezWords:
    """Implements exchange.Words; remembers the UUIDs that requests have named."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def read(self, row: Json, response: httpx.Response, base: str, variables: Json) -> Json:
        """Return a normalised answer: status, headers, body."""
        asked = json.dumps(row["request"], ensure_ascii=False)
        self._known |= {found.lower() for found in _UUID.findall(asked)}
        self._known |= {_name_uuid(found) for found in _RUN_ID.findall(asked) if not _UUID.fullmatch(found)}
        headers = {
            name: response.headers[name].replace(base, "<base>") for name in _HEADERS if name in response.headers
        }
        if "allow" in headers:
            headers["allow"] = ",".join(sorted(headers["allow"].split(",")))
        kind = headers.get("content-type", "")
        opaque = row.get("compare") == "text-head" or (kind.startswith("text/html") and response.content)
        volatile = set(row.get("volatile", ()))
        body = f"<text {kind}>" if opaque else _hidden(substituted(parsed(response), self._plain), volatile)
        return {"status": response.status_code, "headers": headers, "body": body}

    def _plain(self, text: str) -> str:
        text = _UUID.sub(lambda found: found[0] if found[0].lower() in self._known else "<uuid>", text)
        text = _TIME.sub(lambda found: "<ts>" if _is_near(found[0]) else found[0], text)
        for pattern, stands in _CHANGING:
            text = pattern.sub(stands, text)
        return text

    def differences(self, row: Json, answer: Json, strict: bool) -> list[str]:
        """Return what differs in status, headers and body; whole bodies always, unless the row's `compare` is less."""
        want, how = row["response"], row.get("compare")
        found = [] if want["status"] == answer["status"] else [f"status: {want['status']}, got {answer['status']}"]
        for name in _HEADERS:
            one, other = (side["headers"].get(name, "").lower().replace(" ", "") for side in (want, answer))
            found += [] if one == other else [f"{name}: {one!r}, got {other!r}"]
        if how != "status":
            found += _different(_ordered(want["body"]), _ordered(answer["body"]), "$", shape=how == "shape")
        return found[:_SHOWN] + ([f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else [])


def _name_uuid(name: str) -> str:
    """Return what Java's UUID.nameUUIDFromBytes makes of a run id that is no UUID."""
    return str(uuid.UUID(bytes=hashlib.md5(name.encode()).digest(), version=3))


def _is_near(text: str) -> bool:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return False
    return abs(datetime.now(UTC) - (found if found.tzinfo else found.replace(tzinfo=UTC))) < _NEAR


def _hidden(value: Any, volatile: set[str]) -> Any:
    if isinstance(value, dict):
        return {k: "<any>" if k in volatile and v is not None else _hidden(v, volatile) for k, v in value.items()}
    return [_hidden(one, volatile) for one in value] if isinstance(value, list) else value


def _ordered(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _ordered(one, name) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    found = [_ordered(one) for one in value]
    if key in _UNORDERED:
        return sorted(found, key=_text)
    if key in _BY_TIME:
        return [one for _, same in itertools.groupby(found, _when) for one in sorted(same, key=_text)]
    return found


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _when(value: Any) -> Any:
    return isinstance(value, dict) and (value.get("updatedAt") or value.get("eventTime") or value.get("createdAt"))


def _kind(value: Any) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _different(want: Any, have: Any, at: str, *, shape: bool) -> list[str]:
    """Return where two values differ; with `shape`, in their types and keys only."""
    if want == "<any>" and have is not None:
        return []
    if _kind(want) != _kind(have):
        return [f"{at}: {_brief(want)}, got {_brief(have)}"]
    if isinstance(want, dict):
        found = [f"{at}.{key}: missing" for key in want.keys() - have.keys()]
        found += [f"{at}.{key}: not expected" for key in have.keys() - want.keys()]
        shared = [key for key in want if key in have]
        return found + [line for key in shared for line in _different(want[key], have[key], f"{at}.{key}", shape=shape)]
    if isinstance(want, list):
        if shape:
            return _different(want[0], have[0], f"{at}[0]", shape=True) if want and have else []
        if len(want) != len(have):
            return [f"{at}: {len(want)} items, got {len(have)}"]
        return [
            line
            for index, pair in enumerate(zip(want, have, strict=True))
            for line in _different(*pair, f"{at}[{index}]", shape=False)
        ]
    return [] if shape or want == have else [f"{at}: {_brief(want)}, got {_brief(have)}"]


def _brief(value: Any) -> str:
    return f"{value!r:.160}"
