"""`harness validate`: is a platform.yaml right?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def validate(
    file: Annotated[Path, typer.Argument(help="platform.yaml")] = Path("demo/platform.yaml"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Read a platform.yaml and tell every mistake with file, line and key; exit 0 right, 1 wrong, 2 unreadable."""
    from harness.errors import PlatformError
    from harness.platform import PlatformErrors, load_platform

    problems: tuple[PlatformError, ...] = ()
    try:
        platform = load_platform(file)
    except PlatformErrors as errors:
        problems = errors.problems
    if as_json:
        roots = [
            {
                "contract": "platform.is-valid",
                "stage": "preflight",
                "subject": problem.location.key if problem.location else None,
                "expected": problem.expected,
                "actual": problem.actual or problem.heading,
                "mend": problem.next_step,
                "location": str(problem.location),
            }
            for problem in problems
        ]
        held = int(not problems)
        print(json.dumps({"roots": roots, "held": held, "broken": len(problems), "not_evaluated": 0}, indent=2))
    for problem in problems if not as_json else ():
        print(problem)
    if problems:
        unreadable = any(problem.location and problem.location.key is None for problem in problems)
        raise typer.Exit(2 if unreadable else 1)
    if not as_json:
        print(f"ok: {file}: {len(platform.layers)} layers, warehouse {platform.warehouse!r}")
