"""Replaces a text that has to be there exactly once, so that a fault is what it was written to be."""

from __future__ import annotations

from harness.faults.inapplicable import Inapplicable


def replaced_once(text: str, old: str, new: str, key: str) -> str:
    """Return the text with `old` replaced; raises Inapplicable where it is not there exactly once."""
    found = text.count(old)
    if found != 1:
        raise Inapplicable(key, f"the text is there {found} times", expected="exactly once", actual=repr(old))
    return text.replace(old, new)
