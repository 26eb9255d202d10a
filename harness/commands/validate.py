"""`harness validate`: is a platform.yaml right?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from harness.platform import Platform, PlatformErrors


def validate(
    file: Annotated[Path, typer.Argument(help="The platform.yaml.")] = Path("demo/platform.yaml"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Read a platform.yaml and tell every mistake with file, line and key; exit 0 right, 1 wrong, 2 unreadable."""
    from harness.platform import PlatformErrors, load_platform

    platform: Platform | None = None
    errors: PlatformErrors | None = None
    try:
        platform = load_platform(file)
    except PlatformErrors as told:
        errors = told
    if as_json:
        print(json.dumps(_for_machines(errors), indent=2, ensure_ascii=False))
    elif errors:
        print(errors)
    elif platform:
        print(f"ok  {file}: {_summary(platform)}")
    if errors:
        raise typer.Exit(2 if errors.unreadable else 1)


def _summary(platform: Platform) -> str:
    layers = ", ".join(layer.namespace for layer in platform.layers.values())
    return f"version {platform.version}, warehouse {platform.warehouse}, layers {layers}, digest {platform.digest[:12]}"


def _for_machines(errors: PlatformErrors | None) -> dict[str, Any]:
    from harness.platform.problem import CONTRACTS

    problems = errors.problems if errors else ()
    broken = {problem.contract for problem in problems}
    left = len(CONTRACTS) - len(broken)
    unreadable = errors is not None and errors.unreadable
    return {
        "roots": [
            {
                "contract": problem.contract,
                "stage": "preflight",
                "subject": problem.location.key if problem.location else None,
                "expected": problem.expected,
                "actual": problem.actual or problem.heading,
                "mend": problem.next_step,
                "location": str(problem.location),
            }
            for problem in problems
        ],
        "held": 0 if unreadable else left,
        "broken": len(broken),
        "not_evaluated": left if unreadable else 0,
    }
