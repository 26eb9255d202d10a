"""Recorded HTTP exchanges: sent to any server, normalised, and compared with what the recorded server answered.

A row is `{id, group, note, requires, request, response, capture?, compare?, volatile?}`. In requests `<name>` is a
variable: one given to `Client`, or one that an earlier row's `capture` read from its answer. What stands in responses
for values that change from run to run is a server's own matter: see polaris_words.py and marquez_words.py.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import httpx

RECORDINGS = Path(__file__).parent / "recordings"
Json = dict[str, Any]

_TEMPLATE = re.compile(r"<([a-z0-9][a-z0-9:._-]*)>")


class Words(Protocol):
    """How one server's answers are told so that two runs can be compared."""

    def read(self, row: Json, response: httpx.Response, base: str, variables: Json) -> Json:
        """Return a normalised answer: status, headers, body."""

    def differences(self, row: Json, answer: Json, strict: bool) -> list[str]:
        """Return what differs from the row's response; when `strict`, in whole bodies and headers too."""


def rows(folder: Path, groups: set[str] | None = None) -> list[Json]:
    """Return the recorded rows in order; those of some groups with the groups that they require."""
    found = [json.loads(line) for file in sorted(folder.glob("[0-9]*.jsonl")) for line in file.open(encoding="utf-8")]
    if groups is None:
        return found
    while more := {name for row in found if row["group"] in groups for name in row["requires"]} - groups:
        groups = groups | more
    return [row for row in found if row["group"] in groups]


def write(folder: Path, recorded: list[Json]) -> None:
    """Write rows as a recording: one file a group, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, group in enumerate(dict.fromkeys(row["group"] for row in recorded), 1):
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in recorded if row["group"] == group]
        (folder / f"{number:02d}-{group}.jsonl").write_text("".join(lines), encoding="utf-8")


def replay(client: Client, recorded: list[Json], strict: bool = False) -> Iterator[tuple[Json, Json, list[str]]]:
    """Send rows in order; yield each with the answer and what differs."""
    for row in recorded:
        answer = client.send(row)
        yield row, answer, client.words.differences(row, answer, strict)


class Client:
    """Sends rows to a server; `second` is its management or admin port, `variables` are put into requests."""

    def __init__(self, words: Words, base: str, second: str, variables: dict[str, str] | None = None) -> None:
        self.words, self._base, self._second = words, base.rstrip("/"), second.rstrip("/")
        self._variables: Json = dict(variables or {})
        self._http = httpx.Client(timeout=120, follow_redirects=False, trust_env=False)

    def send(self, row: Json) -> Json:
        """Send a row's request and return the normalised answer: status, headers, body."""
        asked = row["request"]
        time.sleep(asked.get("wait-ms", 0) / 1000)
        filled = self._filled(asked)
        headers = {k: v for k, v in (filled.get("headers") or {}).items() if (k, v) != ("authorization", "<none>")}
        content = _wire(filled.get("body"), asked.get("body-repeat", 1), headers.get("content-encoding") == "gzip")
        headers = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "conformance"} | headers
        base = self._second if asked.get("port") in ("management", "admin") else self._base
        response = self._sent(asked["method"], base, filled["path"], headers, content)
        for name, path in (row.get("capture") or {}).items():
            value = response.headers.get(path[7:]) if path.startswith("header:") else _picked(parsed(response), path)
            if value is not None:
                self._variables[name] = value
        return self.words.read(row, response, base, self._variables)

    def _sent(self, method: str, base: str, path: str, headers: Json, content: bytes | None) -> httpx.Response:
        target = path.encode()  # as it is written: nothing is normalised
        for last in (False, False, True):  # a server may close a kept connection after 413, 414 or 431
            try:
                request = self._http.build_request(method, f"{base}/", headers=headers, content=content)
                request.extensions["target"] = target
                return self._http.send(request)
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


def _wire(body: Any, repeat: int, zipped: bool) -> bytes | None:
    if isinstance(body, dict) and "$base64" in body:
        return base64.b64decode(body["$base64"])
    if body is None:
        return None
    text = body * repeat if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode()) if zipped else text.encode()


def parsed(response: httpx.Response) -> Any:
    """Return a response's JSON, or its text where it is none; None for an empty one."""
    try:
        return json.loads(response.text) if response.text else None
    except ValueError:
        return response.text


def _picked(value: Any, path: str) -> Any:
    for part in path.strip("/").split("/"):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part.replace("~1", "/")]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def substituted(value: Any, text: Callable[[str], str]) -> Any:
    """Return a JSON value with every text in it, keys too, put through a function."""
    if isinstance(value, dict):
        return {text(key): substituted(one, text) for key, one in value.items()}
    if isinstance(value, list):
        return [substituted(one, text) for one in value]
    return text(value) if isinstance(value, str) else value
