"""One short name for one cause, the same in every run, environment and shard."""

from __future__ import annotations

import hashlib
import re

_CHANGES = re.compile(r"[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|\d+", re.IGNORECASE)  # ids, ports, counts: other ones each run


def fingerprint(blame: str, what: str, where: str | None = None) -> str:
    """Return 12 hexadecimal digits for a cause: who is to blame, the contract or the error, and its subject."""
    steady = _CHANGES.sub("#", where or "")
    return hashlib.sha256(f"{blame}\n{_CHANGES.sub('#', what)}\n{steady}".encode()).hexdigest()[:12]
