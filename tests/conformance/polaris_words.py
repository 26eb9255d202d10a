"""Polaris' answers made comparable: `<uuid> <ms> <token> <credential> …` stand for what changes from run to run."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from tests.conformance.exchange import Json, parsed

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
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

# What the recording speaks of, unless told otherwise: a store, and STS servers that fail.
VARIABLES = {
    "s3-endpoint": "http://127.0.0.1:28333",
    "sts-endpoint": "http://127.0.0.1:28333/",
    "sts-500": "http://127.0.0.1:28100",
    "sts-403": "http://127.0.0.1:28101",
    "sts-refused": "http://127.0.0.1:28102",
}


class PolarisWords:
    """Implements exchange.Words."""

    def read(self, row: Json, response: httpx.Response, base: str, variables: Json) -> Json:
        """Return a normalised answer: status, headers, body."""
        opaque = row["request"].get("opaque") and response.status_code == 200
        headers = {
            name: _plain(response.headers[name], variables).replace(base, "<base>")
            for name in _HEADERS
            if name in response.headers
        }
        body = "<not recorded>" if opaque else _normal(parsed(response), "", variables)
        return {"status": response.status_code, "headers": headers, "body": body}

    def differences(self, row: Json, answer: Json, strict: bool) -> list[str]:
        """Return what differs in status, error and keys of the body; when `strict`, in whole bodies and headers too."""
        return differences(row["response"], answer, strict)


def _normal(value: Any, key: str, variables: Json) -> Any:
    if isinstance(value, dict):
        return {k: _normal(v, k, variables) for k, v in value.items()}
    if isinstance(value, list):
        return [_normal(v, key, variables) for v in value]
    if key in _TIMES and value not in (0, None, ""):
        return "<ms-string>" if isinstance(value, str) else "<ms>"
    if key in _SECRETS and isinstance(value, str):
        return "<credential>" if key.startswith("s3") else f"<{key}>"
    if key == "next-page-token" and value:
        return "<page-token>"
    return _plain(value, variables) if isinstance(value, str) else value


def _plain(text: str, variables: Json) -> str:
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


def _paths(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {p for k, v in value.items() for p in ({f"{path}/{k}"} | _paths(v, f"{path}/{k}"))}
    if isinstance(value, list):
        return {p for v in value for p in _paths(v, f"{path}[]")}
    return set()


def differences(expected: Json, got: Json, strict: bool = False) -> list[str]:
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
