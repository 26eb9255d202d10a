"""Pure comparisons: what is expected against what is there, told as a Breach that names what is missing and extra."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from harness.contracts.breach import Breach

_SHOWN = 5
_DECIMALS = 6


def same_names(what: str, expected: Iterable[str], actual: Iterable[str]) -> None:
    """Raise Breach when two sets of names differ; `what` they are, e.g. `jobs`."""
    wanted, there = set(expected), set(actual)
    if wanted != there:
        raise Breach(
            f"the {what} are not those that are declared",
            expected=_listed(wanted),
            actual=_listed(there),
            evidence=_difference(wanted, there),
        )


def all_there(what: str, expected: Iterable[str], actual: Collection[str]) -> None:
    """Raise Breach when a name is missing; more names than expected are no breach."""
    missing = set(expected) - set(actual)
    if missing:
        raise Breach(f"{what} are missing", expected=_listed(missing), actual=f"there are: {_listed(set(actual))}")


def same_edges(what: str, expected: Iterable[tuple[str, str]], actual: Iterable[tuple[str, str]]) -> None:
    """Raise Breach when two graphs differ: an edge more, an edge less."""
    wanted, there = ({f"{origin} -> {target}" for origin, target in edges} for edges in (expected, actual))
    if wanted != there:
        raise Breach(
            f"the {what} is not the declared one",
            expected=f"{len(wanted)} edges",
            actual=f"{len(there)} edges",
            evidence=_difference(wanted, there),
        )


def same_columns(table: str, expected: Mapping[str, str], actual: Mapping[str, str]) -> None:
    """Raise Breach when names, types or order of a table's columns differ."""
    wanted, there = ([f"{name} {kind}" for name, kind in columns.items()] for columns in (expected, actual))
    if wanted != there:
        raise Breach(
            f"{table} has not the declared columns",
            expected=", ".join(wanted),
            actual=", ".join(there),
            evidence=_difference(set(wanted), set(there)) or "their order differs",
        )


def same_rows(what: str, expected: Iterable[Sequence[Any]], actual: Iterable[Sequence[Any]]) -> None:
    """Raise Breach when two bags of rows differ; their order does not matter."""
    wanted, there = Counter(map(plain_row, expected)), Counter(map(plain_row, actual))
    missing, extra = wanted - there, there - wanted
    if missing or extra:
        raise Breach(
            f"{what} differs from what an independent query gives",
            expected=f"{wanted.total()} rows; {missing.total()} of them are not there: {_sample(missing)}",
            actual=f"{there.total()} rows; {extra.total()} of them should not be: {_sample(extra)}",
        )


def plain_row(row: Sequence[Any]) -> tuple[str, ...]:
    """Return a row as comparable texts, see `plain`."""
    return tuple(map(plain, row))


def plain(value: Any) -> str:
    """Return one value as a comparable text, the same for all ways in which systems write it.

    Numbers lose trailing zeros (`1.50` is `1.5`) and what lies behind six decimals, where doubles differ; a time at
    midnight is its day; None is `∅`.
    """
    if value is None:
        return "∅"
    if isinstance(value, datetime):
        return plain(value.replace(tzinfo=None).isoformat(timespec="milliseconds"))
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if len(text) == 23 and text.endswith("T00:00:00.000"):
        return text[:10]
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    return format((round(number, _DECIMALS) + 0).normalize(), "f")  # + 0 makes -0 a 0


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _difference(wanted: set[str], there: set[str]) -> str:
    lines = [f"missing: {name}" for name in sorted(wanted - there)]
    lines += [f"extra: {name}" for name in sorted(there - wanted)]
    return "\n".join(lines)


def _sample(rows: Counter[tuple[str, ...]]) -> str:
    return "; ".join(f"({', '.join(row)})" for row in list(rows)[:_SHOWN]) or "none"
