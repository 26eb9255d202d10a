"""How a workload proves that it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ready:
    """A readiness check: a fact in words, and a probe that returns None when it holds or what it saw when not.

    The probe is called until it returns None; exceptions count as 'what it saw'. It must prove that the workload
    works (a query answered, a token issued), not only that it listens.
    """

    fact: str
    probe: Callable[[], str | None]
    limit: float = 90.0  # seconds

    def look(self) -> str | None:
        """Return None where the fact holds, else what was seen instead."""
        try:
            return self.probe()
        except Exception as error:
            return f"{type(error).__name__}: {error}"
