"""`harness diagnose`: what is broken on a stack that is up, by its root; and whether a mend mends it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.contracts.registry import Stage

if TYPE_CHECKING:
    from harness.diagnosis import Diagnosis
    from harness.faults.mend import Mend
    from harness.faults.proving import Proof
    from harness.stack import Stack

_FOREIGN = "attach"  # an environment whose stack is somebody else's: nothing of it is changed


def diagnose(
    stack: Annotated[str | None, typer.Option(help="Its id; the newest by default.")] = None,
    stage: Annotated[Stage | None, typer.Option(help="Only its contracts, and what they require.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    prove_it: Annotated[bool, typer.Option("--prove", help="Apply each root's mend, look again, undo it.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="As --prove, and leave mends that hold in place.")] = False,
    mend: Annotated[Path | None, typer.Option(help="A mend of your own to prove, in place of known ones.")] = None,
) -> None:
    """Evaluate the contracts of a running platform and name the roots; exit 0 no breach, 1 a breach, 2 nothing is up.

    Nothing is run again: what the stages have left on the stack is looked at. With --apply, 0 when no root is left.
    """
    from harness.commands.chosen import chosen_stack
    from harness.diagnosis import as_json as for_machines
    from harness.diagnosis import as_text, undecided
    from harness.diagnosis.deadline import OUT_OF_TIME
    from harness.diagnosis.live import diagnose as diagnosed

    own = _read(mend)
    chosen = chosen_stack(stack)
    diagnosis = diagnosed(chosen, stage=stage)
    asked = prove_it or apply or own is not None
    proof = _proof(chosen, diagnosis, own, stage, keep=apply) if asked and diagnosis.roots else None
    if as_json:
        told = for_machines(diagnosis) | ({"mends": _as_json(proof)} if proof else {})
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print(f"{as_text(diagnosis)} on stack {chosen.id}")
        for line in undecided(diagnosis):
            print(f"  {line}")
        if proof:
            print("\nmends, kept:" if proof.kept else "\nmends, undone again:")
            for root, said in proof.said.items():
                print(f"  {root}: {said}")
    if diagnosis.roots and not (proof and proof.kept):
        raise typer.Exit(1)
    if any(outcome.reason == OUT_OF_TIME for outcome in diagnosis.outcomes):
        raise typer.Exit(3)


def _read(file: Path | None) -> Mend | None:
    """Return the user's own mend, which has to be one of a running stack; raises UsageError."""
    from harness.errors import Location, UsageError
    from harness.faults.reader import read_mend

    if file is None:
        return None
    own = read_mend(file)
    if not own.live:
        raise UsageError(
            "this mend changes files, and a running stack is to be mended",
            expected="environments: [local]",
            next_step="harness faults mends FILE judges it on copies of the files",
            location=Location(file),
        )
    return own


def _proof(stack: Stack, diagnosis: Diagnosis, own: Mend | None, stage: Stage | None, *, keep: bool) -> Proof:
    import environments
    from harness.contracts.probe import Probe
    from harness.diagnosis.live import diagnose as diagnosed
    from harness.faults.live import Live
    from harness.faults.proving import known_mends, name_of, not_tried, prove, when_settled
    from harness.faults.reader import mends
    from harness.platform import load_platform

    found = {name_of(diagnosis.roots[0]): own} if own else known_mends(diagnosis, stack, mends())
    if stack.environment == _FOREIGN:
        return not_tried(diagnosis, found)
    live = Live(Probe(stack, load_platform(stack.platform_file)), environments.changed)
    look = when_settled(lambda: diagnosed(stack, stage=Stage.INIT), lambda: diagnosed(stack, stage=stage))
    with environments.at_risk(stack):
        return prove(diagnosis, found, live, look, keep=keep)


def _as_json(proof: Proof) -> dict[str, object]:
    return {"said": dict(proof.said), "holds": proof.holds, "kept": proof.kept}
