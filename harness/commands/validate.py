"""`harness validate`: is a platform.yaml right?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from harness.platform import Platform


def validate(
    file: Annotated[Path, typer.Argument(help="The platform.yaml.")] = Path("demo/platform.yaml"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Read a platform.yaml and tell every mistake with file, line and key; exit 0 right, 1 wrong, 2 unreadable."""
    from harness.contracts.registry import Target, contracts_of
    from harness.diagnosis import as_json as for_machines
    from harness.diagnosis import evaluate
    from harness.platform import read_platform

    reading = read_platform(file)
    if as_json:
        diagnosis = evaluate(contracts_of(Target.PLATFORM), {Target.PLATFORM: reading})
        print(json.dumps(for_machines(diagnosis), indent=2, ensure_ascii=False))
    elif reading.errors:
        print(reading.errors)
    elif reading.platform:
        print(f"ok  {file}: {_summary(reading.platform)}")
    if reading.errors:
        raise typer.Exit(2 if reading.errors.unreadable else 1)


def _summary(platform: Platform) -> str:
    layers = ", ".join(layer.namespace for layer in platform.layers.values())
    return f"version {platform.version}, warehouse {platform.warehouse}, layers {layers}, digest {platform.digest[:12]}"
