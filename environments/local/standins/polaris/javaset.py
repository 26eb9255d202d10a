"""The order in which Java prints a set of strings: the real server's messages show it."""

from __future__ import annotations

from collections.abc import Iterable


def _hash(name: str) -> int:
    code = 0
    for unit in memoryview(name.encode("utf-16-le")).cast("H"):
        code = (31 * code + unit) & 0xFFFFFFFF
    return code ^ (code >> 16)


def java_order(names: Iterable[str]) -> list[str]:
    """Return the distinct names in the order of a java.util.HashMap that starts with 16 buckets."""
    distinct = list(dict.fromkeys(names))
    buckets = 16
    while len(distinct) > 0.75 * buckets:
        buckets *= 2
    return sorted(distinct, key=lambda name: _hash(name) & (buckets - 1))


def java_list(names: Iterable[str]) -> str:
    """Return names as Java prints a collection: `[a, b]`."""
    return f"[{', '.join(names)}]"
