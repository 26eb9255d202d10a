"""Takes what is of the right kind out of an untrusted object, and nothing where it is of another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?([KMGTPE]i|[mkMGTPE])?")
_UNITS = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18} | {
    f"{letter}i": 1024.0 ** (power + 1) for power, letter in enumerate("KMGTPE")
}


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def entries(value: Any) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the mappings of a list with their places, or nothing."""
    found = enumerate(value) if isinstance(value, list) else ()
    return [(index, entry) for index, entry in found if isinstance(entry, Mapping)]


def text(value: Any) -> str | None:
    """Return a text, or a number as one; None for others."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else None


def texts(value: Any) -> dict[str, str]:
    """Return the entries of a mapping that are texts."""
    return {str(key): found for key, each in mapping(value).items() if (found := text(each)) is not None}


def whole(value: Any) -> int | None:
    """Return a whole number (also one that is written as a text), None for others."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20 else None


def truth(value: Any) -> bool | None:
    """Return true or false, None for others."""
    return value if isinstance(value, bool) else None


def quantity(value: Any) -> int | None:
    """Return a Kubernetes quantity (`512Mi`) in whole units, None for what is none."""
    found = _QUANTITY.fullmatch(text(value) or "")
    if found is None:
        return None
    number = float(found[1] + (found[2] or "")) * _UNITS.get(found[3] or "", 1.0)
    return int(number) if number < 1e30 else None
