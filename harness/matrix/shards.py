"""Parts of about the same length: longest first, each to the part that has least to do (LPT)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from harness.run import Run

_DURATIONS = TypeAdapter(dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]])


@dataclass(frozen=True)
class Shard:
    """The `index`-th of `count` parts, from 1 on."""

    index: int
    count: int


def read_shard(written: str) -> Shard:
    """Return a shard that was written as I/N; raises ValueError."""
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", written)
    shard = Shard(int(match[1]), int(match[2])) if match else None
    if shard is None or shard.index > shard.count:
        raise ValueError(f"--shard is I/N with 1 <= I <= N, as in 2/3, not {written!r}")
    return shard


def in_shard(names: Iterable[str], shard: Shard, seconds: Mapping[str, float]) -> frozenset[str]:
    """Return the names that belong to a part; a name without known seconds counts as an ordinary one.

    The same names and seconds give the same parts, whatever their order.
    """
    names = sorted(set(names))
    usual = median(seconds.values()) if seconds else 1.0
    parts: list[list[str]] = [[] for _ in range(shard.count)]
    sums = [0.0] * shard.count
    for name in sorted(names, key=lambda name: (-seconds.get(name, usual), name)):
        least = min(range(shard.count), key=lambda part: (sums[part], len(parts[part]), part))
        parts[least].append(name)
        sums[least] += seconds.get(name, usual)
    return frozenset(parts[shard.index - 1])


def durations_of(runs: Iterable[Run]) -> dict[str, float]:
    """Return scenario -> its longest seconds in any of the runs, sorted."""
    found: dict[str, float] = {}
    for run in runs:
        for one in run.scenarios:
            found[one.scenario] = max(one.seconds, found.get(one.scenario, 0.0))
    return dict(sorted(found.items()))


def read_durations(file: Path) -> dict[str, float]:
    """Return the seconds of a file; none where there is no such file, or it is not of use: they only balance."""
    try:
        return _DURATIONS.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return {}
