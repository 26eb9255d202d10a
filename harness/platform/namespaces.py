"""What a namespace may be called."""

from __future__ import annotations

import re

_PART = re.compile(r"[A-Za-z0-9_]+")


def check_namespace(namespace: str, warehouse: str | None = None) -> str | None:
    """Return None for a namespace that is allowed, else what is wrong with it, in words.

    Simple (`bronze`) or nested (`analytics.bronze`). It never starts with its catalog's `warehouse` (None: not
    known), since the warehouse stands in the URL already: `/v1/<warehouse>/namespaces/<namespace>` of the Iceberg
    REST catalog answers 404 for `<warehouse>.bronze`.
    """
    if not namespace:
        return "a namespace is empty"
    if "" in namespace.split("."):
        return f"{namespace!r} has a leading, trailing or doubled dot"
    if warehouse and f"{namespace}.".startswith(f"{warehouse}."):
        rest = namespace[len(warehouse) + 1 :]
        meant = f"; did you mean {rest!r}?" if rest else ""
        return f"{namespace!r} starts with the warehouse {warehouse!r}{meant}"
    if not all(_PART.fullmatch(part) for part in namespace.split(".")):
        return f"{namespace!r} has characters other than letters, digits, _ and the dot between its parts"
    return None
