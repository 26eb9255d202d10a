"""`harness diagnose`: what is broken on a stack that is up, by its root."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.contracts.registry import Stage


def diagnose(
    stack: Annotated[str | None, typer.Option(help="Its id; the newest by default.")] = None,
    stage: Annotated[Stage | None, typer.Option(help="Only its contracts, and what they require.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Evaluate the contracts of a running platform and name the roots; exit 0 no breach, 1 a breach, 2 nothing is up.

    Nothing is run again: what the stages have left on the stack is looked at.
    """
    from harness.commands.chosen import chosen_stack
    from harness.diagnosis import as_json as for_machines
    from harness.diagnosis import as_text, undecided
    from harness.diagnosis.deadline import OUT_OF_TIME
    from harness.diagnosis.live import diagnose as diagnosed

    chosen = chosen_stack(stack)
    diagnosis = diagnosed(chosen, stage=stage)
    if as_json:
        print(json.dumps(for_machines(diagnosis), indent=2, ensure_ascii=False))
    else:
        print(f"{as_text(diagnosis)} on stack {chosen.id}")
        for line in undecided(diagnosis):
            print(f"  {line}")
    if diagnosis.roots:
        raise typer.Exit(1)
    if any(outcome.reason == OUT_OF_TIME for outcome in diagnosis.outcomes):
        raise typer.Exit(3)
