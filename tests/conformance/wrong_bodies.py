"""Bodies next to a good one: at each place every kind of value that is none of its own, and texts that hardly are JSON.

Everything is enumerated and nothing drawn, so that what is found once is found each time.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

VALUES: tuple[Any, ...] = (None, True, -1, 1.5, 10**30, "", "a", [], [None], ["a"], {}, {"a": None})
# What no JSON library writes.
RAW = ("NaN", "1e999", "9" * 5000, r'"\ud800"', '{"a":1,"a":[]}', "[" * 2000 + "]" * 2000)
BODIES = ("", " ", "null", "{", "[1", "{} {}", "\ufeff{}", "'a'", "a", r'{"\ud800": "\udfff"}', r'"\u0000"', *RAW)
_HERE = "\ue000"  # a private character: no recorded body has it
Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> list[Path]:
    """Return the path to every value within a JSON value, itself first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in inner for found in places(one, (*path, key)))]


def kind_of(value: Any, place: Path) -> Path:
    """Return a place's name: what stands in a list is named by the word that says what it is, not by its number."""
    if not place:
        return ()
    inner = value[place[0]]
    words = [str(inner.get(key)) for key in ("action", "type")] if isinstance(inner, dict) else []
    return (place[0] if isinstance(value, dict) else "|".join(words), *kind_of(inner, place[1:]))


def changed(value: Any, path: Path, new: Any) -> Any:
    """Return a JSON value with another one at a place."""
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = changed(value[path[0]], path[1:], new)
    return value


def without(value: Any, path: Path) -> Any:
    """Return a JSON value without what stands at a place."""
    value = copy.copy(value)
    if len(path) == 1:
        del value[path[0]]
    else:
        value[path[0]] = without(value[path[0]], path[1:])
    return value


def at(body: Any, place: Path) -> Iterator[str]:
    """Yield the texts of the bodies that are next to a good one at a place."""
    if place:
        yield json.dumps(without(body, place))
    for value in VALUES:
        yield json.dumps(changed(body, place, value))
    marked = json.dumps(changed(body, place, _HERE))
    for raw in RAW:
        yield marked.replace(json.dumps(_HERE), raw)
