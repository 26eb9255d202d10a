"""The end of a workload's log, as far as it was written since a scenario began."""

from __future__ import annotations

import re
from pathlib import Path

_READ = 64 * 1024  # bytes from the end; a log may have grown by gigabytes
_WIDTH = 300  # characters of a line
# Colours and cursor movements, and any other control character: a log must not move the reader's terminal.
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def log_size(path: Path) -> int:
    """Return where the log ends now, in bytes; 0 where there is none yet."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def log_window(path: Path, since: int = 0, lines: int = 20) -> list[str]:
    """Return the last lines that were written after the offset `since` (bytes), oldest first; none without a file.

    A log that is shorter than `since` was begun anew, and counts from its start. What is not UTF-8 is replaced,
    control characters are left out, lines are cut at 300 characters.
    """
    return log_part(path, since, lines)[0]


def log_part(path: Path, since: int, lines: int, *, most: int = _READ) -> tuple[list[str], int]:
    """Return what `log_window` returns, and how many bytes before it are not shown; `most`: bytes that are read."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, 2)
            since = since if since <= end else 0
            start = max(since, end - most)
            file.seek(max(start - 1, 0))
            text = file.read(end - start + 1) if start else b"\n" + file.read(end)
    except OSError:
        return [], 0
    # One byte more than wanted was read: where it ends no line, the first line is one that began before.
    before, written = text[:1], text[1:].decode("utf-8", errors="replace")
    found = written.splitlines()
    if before != b"\n" and start > since and found:
        found = found[1:]
    shown = found[-lines:] if lines > 0 else []
    whole = start <= since and len(shown) == len(found)
    left_out = 0 if whole else end - since - sum(len(line.encode()) + 1 for line in shown)
    return [_shown(line) for line in shown], max(left_out, 0)


def _shown(line: str) -> str:
    line = _CONTROL.sub("", line.expandtabs(4)).rstrip()
    return f"{line[:_WIDTH]}…" if len(line) > _WIDTH else line
