"""Request bodies: JSON bound to the shapes of Marquez' Java classes, and refused in Jackson's words.

A shape is a table `key -> what it is`. The server's clients repeat a 500 and give up on a 422, so which of the two
a body gets matters: what cannot be bound is 500 (with `"code":400` inside), what is bound and lacks something 422.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any
from urllib.parse import urlsplit

from environments.local.standins.json_text import first_value
from environments.local.standins.marquez import times
from environments.local.standins.marquez.problems import Problem, malformed

_SOURCE = "[Source: (org.glassfish.jersey.message.internal.ReaderInterceptorExecutor$UnCloseableInputStream)"
_MODELS = "marquez.service.models."
_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(r"[\w$]+")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DECODE = json.JSONDecoder().raw_decode
Path = tuple[str | int, ...]
NULL_ITEM = ""  # what a list lacks that has a null in it: Marquez takes that, and fails later
# A class whose subclass is decided by a key: what stands before that key is read after it.
DECIDED = ("LineageEvent", "schemaURL")


@dataclass(frozen=True)
class Shape:
    """A Java class: its name, its fields, those that must be there, and what further keys' values are."""

    java: str
    fields: dict[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    further: Any = None


def parse(text: str) -> Any:
    """Return what a body says; None when there is none; raises Problem for what is no JSON."""
    if not text.strip():
        return None
    try:
        value, end = first_value(text)
        if text[end:].strip():
            raise json.JSONDecodeError("Extra data", text, _skip(text, end))
        return value
    except json.JSONDecodeError as error:
        raise malformed(_jackson(text, error)) from None
    except ValueError as error:
        raise malformed(f"{error}\n at {_SOURCE}; line: 1, column: 1]") from None


def _jackson(text: str, error: json.JSONDecodeError) -> str:
    start = _skip(text, 0)
    if (control := re.match(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)) is not None:
        said = f"Illegal character ((CTRL-CHAR, code {ord(control[0])})): only regular white space (\\r, \\n, \\t) "
        return f"{said}is allowed between tokens\n at {_SOURCE}; line: 1, column: 2]"
    if (token := _TOKEN.match(text, error.pos)) is not None:
        after = f"line: {error.lineno}, column: {error.colno + len(token[0]) + (token.end() < len(text))}"
        known = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        return f"Unrecognized token '{token[0]}': was expecting {known}\n at {_SOURCE}; {after}]"
    if error.pos >= len(text.rstrip()):
        kind = "Array" if text[start] == "[" else "Object"
        opened = f"start marker at {_SOURCE}; line: 1, column: {start + 1}]"
        said = f"Unexpected end-of-input: expected close marker for {kind} ({opened})"
        return f"{said}\n at {_SOURCE}; line: 1, column: {len(text) + 1}]"
    said = f"Unexpected character ('{text[error.pos]}' (code {ord(text[error.pos])})): was expecting double-quote"
    return f"{said} to start field name\n at {_SOURCE}; line: {error.lineno}, column: {error.colno + 1}]"


def bind(text: str, value: Any, shape: Shape) -> list[str]:
    """Return what a parsed body lacks (`run.runId must not be null`, …); raises Problem for what cannot be bound.

    Scalars in the place of a text become one in the body.
    """
    return list(_bound(text, value, shape, (), ""))


def _bound(text: str, value: Any, shape: Shape, path: Path, chain: str) -> list[str]:
    if not isinstance(value, dict):
        raise malformed(_mismatch(text, value, shape, path, chain))
    prefix = _dotted(path)
    lacking = [f"{prefix}{key} must not be null" for key in shape.required if value.get(key) is None
               or (value[key] == "" and shape.fields.get(key) == "time")]  # fmt: skip
    for key, one in value.items():
        kind = shape.fields.get(key, shape.further)
        if kind is None or one is None:
            continue
        inner, here = (*path, key), f'{chain}{"->" if chain else ""}{_MODELS}{shape.java}["{key}"]'
        if isinstance(kind, list):
            lacking += _list(text, one, kind[0], inner, here)
        elif isinstance(kind, Shape):
            lacking += _bound(text, one, kind, inner, here)
        else:
            value[key] = _scalar(text, one, kind, inner, here)
    return lacking


def _list(text: str, value: Any, kind: Shape | str, path: Path, chain: str) -> list[str]:
    if not isinstance(value, list):
        java = f"java.util.ArrayList<{_MODELS + kind.java if isinstance(kind, Shape) else 'java.lang.String'}>"
        raise malformed(f"Cannot deserialize value of type `{java}` from {_kind(value)}{_at(text, path, chain)}")
    found = []
    for index, one in enumerate(value):
        if one is None:
            found.append(NULL_ITEM)
            continue
        here = f"{chain}->java.util.ArrayList[{index}]"
        if isinstance(kind, Shape):
            found += _bound(text, one, kind, (*path, index), here)
        else:
            value[index] = _scalar(text, one, kind, (*path, index), here)
    return found


def _scalar(text: str, value: Any, kind: str, path: Path, chain: str) -> Any:
    if isinstance(value, dict | list):
        raise malformed(f"Cannot deserialize value of type `java.lang.String` from {_kind(value)}"
                        f"{_at(text, path, chain)}")  # fmt: skip
    if kind == "time":
        try:
            times.read_any(value)
        except times.NoTime as error:
            java = "java.time.ZonedDateTime"
            cause = f"(java.time.format.DateTimeParseException) {error}"
            said = f'Cannot deserialize value of type `{java}` from String "{value}": Failed to deserialize {java}: '
            raise malformed(said + cause + _at(text, path, chain)) from None
    if kind == "uuid" and not UUID.fullmatch(str(value)):
        wanted = "UUID has to be represented by standard 36-char representation"
        said = f'Cannot deserialize value of type `java.util.UUID` from String "{value}": {wanted}'
        raise malformed(said + _at(text, path, chain))
    if kind == "uri" and isinstance(value, str) and (bad := _not_uri(value)):
        said = f'Cannot deserialize value of type `java.net.URI` from String "{value}": not a valid textual '
        raise malformed(f"{said}representation, problem: {bad}{_at(text, path, chain)}")
    if kind in ("text", "uri") and not isinstance(value, str):
        return json.dumps(value)  # Jackson takes a number or a boolean for its text
    return value


def _not_uri(text: str) -> str | None:
    wrong = re.search(r"[\s<>\"{}|\\^`]", text)
    if wrong:
        return f"Illegal character in path at index {wrong.start()}: {text}"
    try:
        urlsplit(text)
    except ValueError as error:
        return f"{error}: {text}"
    return None


def _mismatch(text: str, value: Any, shape: Shape, path: Path, chain: str) -> str:
    java = _MODELS + shape.java
    if isinstance(value, list):
        return f"Cannot deserialize value of type `{java}` from {_kind(value)}{_at(text, path, chain)}"
    kind, told = ("String", f"String value ('{value}')") if isinstance(value, str) else _number(value)
    maker = f"no {kind}-argument constructor/factory method to deserialize from {told}"
    return f"Cannot construct instance of `{java}` (although at least one Creator exists): {maker}" + _at(
        text, path, chain
    )


def _number(value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean/Boolean", f"boolean value ({str(value).lower()})"
    return ("double/Double" if isinstance(value, float) else "int/Int"), f"Number value ({value})"


def _kind(value: Any) -> str:
    if isinstance(value, list | dict):
        name = "Array" if isinstance(value, list) else "Object"
        return f"{name} value (token `JsonToken.START_{name.upper()}`)"
    return f"String value (token `JsonToken.VALUE_STRING`)" if isinstance(value, str) else "Number value"  # noqa: F541


def _at(text: str, path: Path, chain: str) -> str:
    position = place(text, path)
    if chain.startswith(f'{_MODELS}{DECIDED[0]}["') and (url := re.search(rf'"{DECIDED[1]}"\s*:\s*', text)):
        position = max(position, url.end())  # everything before is read again from there
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    said = f"\n at {_SOURCE}; line: {line}, column: {column}]"
    return said + (f" (through reference chain: {chain})" if chain else "")


def at_end(text: str, java: str, problem: str) -> Problem:
    """Return the problem that shows when an object's last brace is read: a field that may not be null, is."""
    said = f"Cannot construct instance of `{_MODELS}{java}`, problem: {problem}"
    return malformed(f"{said}\n at {_SOURCE}; line: 1, column: {len(text.rstrip())}]")


def at_value(text: str, key: str, java: str, problem: str) -> Problem:
    """Return the problem that a key's value makes."""
    return malformed(problem + _at(text, (key,), f'{_MODELS}{java}["{key}"]'))


def _dotted(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") + (
        "." if path else ""
    )


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def place(text: str, path: Path) -> int:
    """Return where the value at a path starts in a JSON text."""
    position = _skip(text, 0)
    for part in path:
        position, index = _skip(text, position + 1), 0
        while True:
            if isinstance(part, str):
                key, end = scanstring(text, position + 1)
                position = _skip(text, _skip(text, end) + 1)
                found = key == part
            else:
                found = index == part
            if found:
                break
            _, end = _DECODE(text, position)
            position, index = _skip(text, _skip(text, end) + 1), index + 1
    return position


def unresolved(text: str, problem: str) -> Problem:
    """Return the problem of an object that does not say which of several classes it is."""
    return malformed(f"{problem}\n at {_SOURCE}; line: 1, column: {len(text.rstrip())}]")
