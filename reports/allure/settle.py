"""Puts a run's root causes into Allure's results: what a scenario was put down to is known only at the run's end."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from harness.run import Root
from harness.whole_file import write_whole

RESULTS = "*-result.json"
NODE = "node"  # the hidden parameter by which a scenario's result is found again


def settle(folder: Path, roots: Mapping[str, Root], *, before: Collection[Path] = ()) -> None:
    """Name the root in each result that one explains, and call it failed, even where it could not reach a system.

    `roots`: pytest's id of a scenario -> its root. `before`: results of other runs, which are left as they are.
    """
    for file in set(folder.glob(RESULTS)) - set(before) if roots else ():
        result = json.loads(file.read_text(encoding="utf-8"))
        root = roots.get(_node(result))
        if root is None or result.get("status") not in ("failed", "broken"):
            continue
        for part in (result, *(step for step in result.get("steps", ()) if step.get("status") in ("failed", "broken"))):
            part["status"] = "failed"
            details = part.setdefault("statusDetails", {})
            details["message"] = _message(root, str(details.get("message", "")))
        write_whole(file, json.dumps(result, ensure_ascii=False).encode())


def _message(root: Root, own: str) -> str:
    """Return the root in the form that categories.json knows, and below it what the scenario itself met."""
    subject = f"{root.subject}: " if root.subject else ""
    told = f"{root.contract} broken at stage {root.stage}: {subject}{root.actual or ''}".splitlines()[0]
    return told if own.startswith(f"{root.contract} ") or not own else f"{told}\nhere: {own}"


def _node(result: Mapping[str, Any]) -> str:
    return next((str(each.get("value")) for each in result.get("parameters", ()) if each.get("name") == NODE), "")
