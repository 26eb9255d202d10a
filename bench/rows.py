"""One line of what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A figure; `aim` is the most that it should be, where there is an aim."""

    figure: str
    measured: float
    unit: str  # s, ms, MB, ×, %, …
    aim: float | None = None
    note: str = ""  # what it is made of

    @property
    def held(self) -> bool | None:
        """Whether the aim is held; None without one."""
        return None if self.aim is None else self.measured <= self.aim

    def as_json(self) -> dict[str, Any]:
        """Return the figure for machines."""
        return {**asdict(self), "held": self.held}


def shares(parts: Sequence[tuple[str, float]], unit: str, most: int = 5, digits: int = 1) -> str:
    """Return the largest parts of a sum in words: `cube-api 171 MB, polaris 83 MB, …`"""
    largest = sorted(parts, key=lambda part: -part[1])[:most]
    return ", ".join(f"{name} {value:.{digits}f} {unit}" for name, value in largest)
