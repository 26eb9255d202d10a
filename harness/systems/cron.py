"""Cron strings as Dagster takes them: five fields, or one of the names that start with @."""

from __future__ import annotations

import re

_NAMED = {"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_PART = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/(\d{1,3}))?", re.ASCII)
_DAY_OF_WEEK = re.compile(r"([0-7]|[a-z]{3})#[1-5]|l([0-7]|[a-z]{3})", re.ASCII)


def cron_fault(cron: str) -> str | None:
    """Return what is wrong with a cron string; None where nothing is."""
    if cron.strip().startswith("@"):
        return None if cron.strip().lower() in _NAMED else f"there is no {cron.strip()}"
    fields = cron.lower().split()
    if len(fields) != 5:
        return f"{len(fields)} fields, not 5: minute, hour, day of month, month, day of week"
    for (name, lowest, highest), field in zip(_FIELDS, fields, strict=True):
        for part in field.split(","):
            if not _holds(name, part, lowest, highest):
                return f"{part!r} is no {name} ({lowest} to {highest})"
    if fields[3] in ("2", "02", "feb") and fields[2] in ("30", "31"):
        return f"there is no {fields[2]}th of February"
    return None


def _holds(name: str, part: str, lowest: int, highest: int) -> bool:
    if name == "day of month" and part in ("l", "?"):
        return True
    if name == "day of week" and (part == "?" or _DAY_OF_WEEK.fullmatch(part)):
        return True
    found = _PART.fullmatch(part)
    if not found:
        return False
    first, last, step = found.groups()
    if step is not None and not int(step) > 0:
        return False
    if first == "*":
        return last is None
    ends = [_number(name, text) for text in (first, last) if text is not None]
    return all(end is not None and lowest <= end <= highest for end in ends)


def _number(name: str, text: str) -> int | None:
    if text.isdigit():
        return int(text)
    words = {"month": _MONTHS, "day of week": _DAYS}.get(name, [])
    return words.index(text) + (name == "month") if text in words else None
