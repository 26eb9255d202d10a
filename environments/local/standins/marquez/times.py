"""Times as Java's java.time reads and prints them (ISO 8601, with and without seconds and zone)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_PARTS = (  # a zoned time's parts in order: what each must look like, and whether it may be left out
    (r"(\d{4})", False), ("-", False), (r"(\d\d)", False), ("-", False), (r"(\d\d)", False), ("T", False),
    (r"(\d\d)", False), (":", False), (r"(\d\d)", False), (r":(\d\d)", True), (r"\.(\d{1,9})", True),
    (r"(Z|[+-]\d\d(?::\d\d)?)", True), (r"\[[^\]]+\]", True),
)  # fmt: skip
_RANGES = (("MonthOfYear", 1, 12), ("DayOfMonth", 1, 31), ("HourOfDay", 0, 23), ("MinuteOfHour", 0, 59))


class NoTime(ValueError):
    """What a text that is no time is refused with, in Java's words."""


def now() -> datetime:
    """Return this server's time."""
    return datetime.now(UTC)


def read(text: str) -> datetime:
    """Return the time that a text tells, in UTC where it names no offset; raises NoTime."""
    position = 0
    told: list[Any] = []
    for pattern, optional in _PARTS:
        found = re.compile(pattern).match(text, position)
        if found is None and not optional:
            raise NoTime(f"Text '{text}' could not be parsed at index {position}")
        told += found.groups() if found else [None] * pattern.count("(") if "(?:" not in pattern else [None]
        position = found.end() if found else position
    if position < len(text):
        raise NoTime(f"Text '{text}' could not be parsed, unparsed text found at index {position}")
    year, *parts, seconds, fraction, offset = told
    for (name, low, high), part in zip(_RANGES, parts, strict=True):
        if not low <= int(part) <= high:
            values = f"Invalid value for {name} (valid values {low} - {high}): {int(part)}"
            raise NoTime(f"Text '{text}' could not be parsed: {values}")
    try:
        whole = datetime(int(year), *map(int, parts), int(seconds or 0), tzinfo=_zone(offset))  # type: ignore[arg-type, misc]
        # The database keeps microseconds, rounded.
        return (whole + timedelta(microseconds=round(int((fraction or "0").ljust(9, "0")) / 1000))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NoTime(f"Text '{text}' could not be parsed: {error}") from None


def _zone(offset: str | None) -> timezone:
    if offset is None or offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6] or 0)))


def read_any(value: Any) -> datetime | None:
    """Return the time that a JSON value tells: a text, or seconds since 1970; None when blank; raises NoTime."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):  # such as milliseconds: Java's calendar goes on after 9999
            return datetime.max.replace(tzinfo=UTC) if value > 0 else datetime.min.replace(tzinfo=UTC)
    return read(str(value))


def shown(time: datetime | None) -> str | None:
    """Return a time as Java's Instant prints it: digits of the fraction in groups of three, none when it is 0."""
    if time is None:
        return None
    text = time.isoformat()[:-6]  # without "+00:00"
    return f"{text.removesuffix('000') if time.microsecond else text}Z"


def offset(time: datetime) -> str:
    """Return a time as Java's ISO_OFFSET_DATE_TIME prints it: no more digits of the fraction than there are."""
    fraction = f".{time.microsecond:06d}".rstrip("0") if time.microsecond else ""
    return f"{time:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def zoned(time: datetime) -> str:
    """Return a time as Java's ZonedDateTime prints it: without seconds when they are 0."""
    text = str(shown(time))
    return (f"{text[:16]}Z" if text[16:] == ":00Z" else text) + "[UTC]"


def milliseconds(start: datetime | None, end: datetime | None) -> int | None:
    """Return how long it took, or None while one of the two is not known."""
    return None if start is None or end is None else round((end - start) / timedelta(milliseconds=1))
