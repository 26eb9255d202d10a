"""Finds a place in a tree of mappings and lists by its path: `spec/template/spec/containers/cube/image`.

Parts are separated by `/`; a `/` inside a key is written `~1` and a `~` is `~0` (RFC 6901). An entry of a list goes by
its number, or by its `name`. `pod` at the start is an object's pod spec.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.faults.inapplicable import Inapplicable
from harness.platform.problem import did_you_mean, one_of

_POD = {"CronJob": "spec/jobTemplate/spec/template/spec", "Pod": "spec"}


def parts_of(path: str, kind: str = "") -> list[str]:
    """Return the parts of a path; `kind` of the object says where its pod is."""
    head, slash, rest = path.partition("/")
    if kind and head == "pod":
        path = _POD.get(kind, "spec/template/spec") + slash + rest
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")]


def parent_of(tree: Any, parts: list[str], key: str) -> tuple[Any, Any]:
    """Return what holds the last part, and the last part as its key or number; raises Inapplicable.

    The last part of a mapping need not be there.
    """
    holder = tree
    for part in parts[:-1]:
        holder = holder[_step(holder, part, key)]
    last = parts[-1]
    if isinstance(holder, Mapping):
        return holder, last
    return holder, _step(holder, last, key)


def value_of(tree: Any, parts: list[str], key: str) -> tuple[Any, Any, Any]:
    """Return the holder, the key, and the value of a place that is there; raises Inapplicable."""
    holder, last = parent_of(tree, parts, key)
    last = _step(holder, last, key) if isinstance(holder, Mapping) else last
    return holder, last, holder[last]


def _step(holder: Any, part: str, key: str) -> Any:
    if isinstance(holder, Mapping):
        if part in holder:
            return part
        names = [str(name) for name in holder]
    elif isinstance(holder, list):
        if part.isdigit() and int(part) < len(holder):
            return int(part)
        names = [str(each.get("name")) for each in holder if isinstance(each, Mapping)]
        if part in names:
            return names.index(part)
    else:
        raise Inapplicable(key, f"nothing is below a plain value: {part!r}")
    raise Inapplicable(key, f"there is no {part!r}{did_you_mean(part, names)}", expected=one_of(names))
