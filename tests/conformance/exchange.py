"""Recorded HTTP exchanges: sent to any server, normalised, and compared with what the recorded server answered.

A row is `{id, group, note, requires, request, response, capture?}`. In requests `<name>` is a variable: one given to
`Client`, or one that an earlier row's `capture` read from its answer. In responses `<uuid> <ms> <token> …` stand for
what changes from run to run. See tests/conformance/README.md.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx

RECORDINGS = Path(__file__).parent / "recordings"

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
_TEMPLATE = re.compile(r"<([a-z0-9][a-z0-9:._-]*)>")
_TIMES = {
    "createTimestamp", "lastUpdateTimestamp", "timestamp-ms", "last-updated-ms", "expiration-time",
    "s3.session-token-expires-at-ms",
}  # fmt: skip
_SECRETS = {"s3.access-key-id", "s3.secret-access-key", "s3.session-token", "clientId", "clientSecret"}
_HEADERS = ("content-type", "etag", "www-authenticate", "location", "allow")
_ENDPOINTS = ("s3-endpoint", "sts-500", "sts-403", "sts-refused")
# Text that changes from run to run -> what stands for it; in this order.
_CHANGING = [
    (_JWT, "<token>"),
    (_UUID, "<uuid>"),
    (re.compile(r"\b1[78]\d{11}\b"), "<ms>"),
    (re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"), "<timestamp>"),
    (re.compile(r'(?<=W/")[0-9a-f]{32,64}(?=")'), "<etag>"),
    (re.compile(r"(Request ID: )[\w-]+"), r"\1<request-id>"),
    (re.compile(r"(Extended Request ID: )[\w/+=-]+"), r"\1<request-id>"),
]
_SET = re.compile(r"(Invalid locations '\[)([^\]]*)(\]')")  # printed in no certain order


def rows(folder: Path, groups: set[str] | None = None) -> list[dict[str, Any]]:
    """Return the recorded rows in order; those of some groups with the groups that they require."""
    found = [json.loads(line) for file in sorted(folder.glob("[0-9]*.jsonl")) for line in file.open(encoding="utf-8")]
    if groups is None:
        return found
    while more := {name for row in found if row["group"] in groups for name in row["requires"]} - groups:
        groups = groups | more
    return [row for row in found if row["group"] in groups]


class Client:
    """Sends rows to a server; `variables` are put into requests, and out of responses."""

    def __init__(self, base: str, management: str, variables: dict[str, str]) -> None:
        self._base, self._management, self._variables = base.rstrip("/"), management.rstrip("/"), dict(variables)
        self._http = httpx.Client(timeout=120, follow_redirects=False, trust_env=False)

    def send(self, row: dict[str, Any]) -> dict[str, Any]:
        """Send a row's request and return the normalised answer: status, headers, body."""
        asked = row["request"]
        time.sleep(asked.get("wait-ms", 0) / 1000)
        filled = self._filled(asked)
        headers = {k: v for k, v in (filled.get("headers") or {}).items() if (k, v) != ("authorization", "<none>")}
        headers = {"accept": "*/*", "accept-encoding": "identity"} | headers
        body = filled.get("body")
        if isinstance(body, str):
            content = (body * asked.get("body-repeat", 1)).encode()
        else:
            content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        base = self._management if asked.get("port") == "management" else self._base
        answer = self._sent(asked["method"], base + filled["path"], headers, content)
        try:
            found = json.loads(answer.text) if answer.text else None
        except ValueError:
            found = answer.text
        for name, path in (row.get("capture") or {}).items():
            value = answer.headers.get(path[7:]) if path.startswith("header:") else _picked(found, path)
            if value is not None:
                self._variables[name] = value
        opaque = asked.get("opaque") and answer.status_code == 200
        kept = {
            k: self._plain(answer.headers[k]).replace(self._base, "<base>") for k in _HEADERS if k in answer.headers
        }
        return {
            "status": answer.status_code,
            "headers": kept,
            "body": "<not recorded>" if opaque else self._normal(found),
        }

    def _sent(self, method: str, url: str, headers: dict[str, str], content: bytes | None) -> httpx.Response:
        for last in (False, False, True):  # a server may close a kept connection after 413, 414 or 431
            try:
                return self._http.request(method, url, headers=headers, content=content)
            except httpx.TransportError:
                if last:
                    raise
        raise AssertionError

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: self._filled(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._filled(v) for v in value]
        if not isinstance(value, str):
            return value
        if value == "<now-ms>":
            return int(time.time() * 1000)
        whole = _TEMPLATE.fullmatch(value)
        if whole and whole[1] in self._variables:
            return self._variables[whole[1]]
        return _TEMPLATE.sub(lambda m: str(self._variables.get(m[1], m[0])), value)

    def _normal(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: self._normal(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self._normal(v, key) for v in value]
        if key in _TIMES and value not in (0, None, ""):
            return "<ms-string>" if isinstance(value, str) else "<ms>"
        if key in _SECRETS and isinstance(value, str):
            return "<credential>" if key.startswith("s3") else f"<{key}>"
        if key == "next-page-token" and value:
            return "<page-token>"
        return self._plain(value) if isinstance(value, str) else value

    def _plain(self, text: str) -> str:
        variables = self._variables
        if variables["sts-endpoint"] != variables["s3-endpoint"]:
            text = re.sub(re.escape(variables["sts-endpoint"]) + r"(?=[,}\s]|$)", "<sts-endpoint>", text)
        for name in _ENDPOINTS:
            text = text.replace(variables[name], f"<{name}>")
        for name, value in variables.items():
            if name.startswith("clientid:") and value:
                text = text.replace(str(value), f"<{name}>")
        text = text.replace(variables["sts-refused"].partition("//")[2], "<sts-refused-host>")
        text = _SET.sub(lambda m: m[1] + ", ".join(sorted(m[2].split(", "))) + m[3], text)
        for pattern, stands in _CHANGING:
            text = pattern.sub(stands, text)
        return text


def _picked(value: Any, path: str) -> Any:
    for part in path.strip("/").split("/"):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part.replace("~1", "/")]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def _paths(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {p for k, v in value.items() for p in ({f"{path}/{k}"} | _paths(v, f"{path}/{k}"))}
    if isinstance(value, list):
        return {p for v in value for p in _paths(v, f"{path}[]")}
    return set()


def differences(expected: dict[str, Any], got: dict[str, Any], strict: bool = False) -> list[str]:
    """Return what differs in status, error and keys of the body; when `strict`, in whole bodies and headers too."""
    found = []
    if expected["status"] != got["status"]:
        found.append(f"status: expected {expected['status']}, got {got['status']}")
    want, have = expected["body"], got["body"]
    errors = [body.get("error") if isinstance(body, dict) else None for body in (want, have)]
    flat = not any(isinstance(error, dict) for error in errors)
    sides = [body if isinstance(body, dict) else {} for body in (want, have)] if flat else errors
    for key in ("error", "error_description") if flat else ("type", "message", "code"):
        one, other = (side.get(key) if isinstance(side, dict) else None for side in sides)
        if one != other:
            found.append(f"{key}: expected {one!r}, got {other!r}")
    if type(want) is not type(have):
        found.append(f"body: expected {type(want).__name__}, got {type(have).__name__}")
    missing, extra = _paths(want) - _paths(have), _paths(have) - _paths(want)
    found += [
        f"{word} in the body: {', '.join(sorted(keys))}"
        for word, keys in (("missing", missing), ("extra", extra))
        if keys
    ]
    if strict and not found and want != have:
        found.append(f"body: expected {json.dumps(want)}, got {json.dumps(have)}")
    if strict and expected["headers"] != got["headers"]:
        found.append(f"headers: expected {expected['headers']}, got {got['headers']}")
    return found
