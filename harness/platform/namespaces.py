"""What a namespace may be called."""

from __future__ import annotations

import re

_PART = re.compile(r"[A-Za-z0-9_]+")


def check_namespace(namespace: str, warehouse: str | None = None) -> str | None:
    """Return None for a namespace that is allowed, else what is wrong with it, in words.

    Simple (`bronze`) or nested (`analytics.bronze`); it never starts with its catalog's warehouse, since the
    warehouse stands in the URL already (`/v1/<warehouse>/namespaces/<namespace>`).
    """
    if not namespace:
        return "a namespace is empty"
    parts = namespace.split(".")
    if "" in parts:
        return f"{namespace!r} has a leading, trailing or doubled dot"
    if warehouse is not None and parts[0] == warehouse:
        short = ".".join(parts[1:]) or "its layer's name"
        return f"{namespace!r} starts with the warehouse; the namespace is {short!r}"
    if not all(_PART.fullmatch(part) for part in parts):
        return f"{namespace!r} has characters other than letters, digits and _"
    return None
