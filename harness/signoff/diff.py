"""What changed between two sets of results: what broke, what was mended, what became slower, which contracts went."""

from __future__ import annotations

from typing import Any

from harness.signoff.merge import Merged, Result

_SLOWER = 1.5  # times
_SECONDS = 1.0  # a difference below this is no news


def differences(before: Merged, after: Merged) -> dict[str, list[dict[str, Any]]]:
    """Return what is new in `after`, scenario by scenario and contract by contract, each list sorted."""
    old, new = _by_key(before), _by_key(after)
    both = sorted(old.keys() & new.keys())
    return {
        "newly_broken": [_row(key, new[key]) for key in both if old[key].proves and not new[key].proves],
        "newly_mended": [_row(key, new[key]) for key in both if not old[key].proves and new[key].proves],
        "still_broken": [_row(key, new[key]) for key in both if not old[key].proves and not new[key].proves],
        "slower": [_slower(key, old[key], new[key]) for key in both if _is_slower(old[key], new[key])],
        "scenarios_gone": [_row(key, old[key]) for key in sorted(old.keys() - new.keys())],
        "scenarios_new": [_row(key, new[key]) for key in sorted(new.keys() - old.keys())],
        "contracts_gone": [{"contract": id} for id in sorted(before.promises.keys() - after.promises.keys())],
        "contracts_new": [{"contract": id} for id in sorted(after.promises.keys() - before.promises.keys())],
        "contracts_no_longer_checked": [{"contract": id} for id in sorted(_checked(before) - _checked(after))],
        "roots_gone": [{"contract": id} for id in sorted(_roots(before) - _roots(after))],
        "roots_new": [{"contract": id} for id in sorted(_roots(after) - _roots(before))],
    }


def is_worse(found: dict[str, list[dict[str, Any]]]) -> bool:
    """Return whether something broke, or is no longer proved; slower is not worse."""
    return any(
        found[key] for key in ("newly_broken", "scenarios_gone", "contracts_gone", "contracts_no_longer_checked")
    )


def as_text(found: dict[str, list[dict[str, Any]]]) -> str:
    """Return it as a user reads it; what is empty is not told."""
    lines = []
    for heading, rows in found.items():
        if rows:
            lines.append(f"{heading.replace('_', ' ')} ({len(rows)})")
            lines += [f"  {' '.join(str(value) for value in row.values() if value is not None)}" for row in rows]
    return "\n".join(lines) or "nothing changed"


def _by_key(merged: Merged) -> dict[tuple[str, str], Result]:
    return {(one.place, one.scenario.scenario): one for one in merged.results}


def _row(key: tuple[str, str], one: Result) -> dict[str, Any]:
    cause = one.scenario.cause
    return {
        "place": key[0],
        "scenario": key[1],
        "status": one.scenario.status,
        "contract": cause.contract if cause else None,
    }


def _is_slower(old: Result, new: Result) -> bool:
    before, after = old.scenario.seconds, new.scenario.seconds
    return after - before >= _SECONDS and after >= _SLOWER * before


def _slower(key: tuple[str, str], old: Result, new: Result) -> dict[str, Any]:
    before, after = old.scenario.seconds, new.scenario.seconds
    return {"place": key[0], "scenario": key[1], "seconds_before": before, "seconds_after": after}


def _checked(merged: Merged) -> set[str]:
    return {id for one in merged.results for id in one.scenario.contracts if one.proves}


def _roots(merged: Merged) -> set[str]:
    return {root.contract for root in merged.roots}
