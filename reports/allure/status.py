"""Whom a failure is put down to, in a form that Allure's categories (categories.json) tell apart."""

from __future__ import annotations

from harness.contracts import Breach, Breaches
from harness.errors import EnvironmentFailure


def headline(error: BaseException) -> str:
    """Return the first line of a failure: the broken contract, else `ENV …`, `HARNESS …`, or `UNNAMED …`."""
    first = error.breaches[0] if isinstance(error, Breaches) else error
    words = (str(getattr(first, "heading", "") or first).splitlines() or [""])[0]
    if isinstance(first, Breach) and first.contract:
        return f"{first.contract} broken at stage {first.stage}: {words}"
    if isinstance(first, EnvironmentFailure):
        return f"ENV {type(first).__name__}: {words}"
    if isinstance(first, Breach | AssertionError):
        return f"UNNAMED {type(first).__name__}: {words}"
    return f"HARNESS {type(first).__name__}: {words}"
