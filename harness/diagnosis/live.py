"""The diagnosis of a running stack: what is there is looked at, nothing is run again, and it ends in time."""

from __future__ import annotations

from collections.abc import Iterable

from harness.contracts.breach import NotEvaluated
from harness.contracts.probe import Probe, Result
from harness.contracts.registry import Contract, Stage, Target, contracts_of
from harness.diagnosis.evaluate import Diagnosis, evaluate
from harness.platform import load_platform
from harness.results import StageResults
from harness.stack import Stack

LIMIT = 15.0  # seconds for all of it
WORKERS = 4  # contracts that are checked side by side
PATIENCE = 4.0  # seconds for an answer, and for what is surely there or surely not coming


def diagnose(stack: Stack, *, stage: Stage | None = None, limit: float = LIMIT) -> Diagnosis:
    """Evaluate the contracts of a stack that is up, with the stage results that it keeps; none is made.

    `stage`: only its contracts, and those that they require. `limit`: seconds, after which what is left is not
    evaluated. Raises UsageError for a platform or expectations that cannot be read.
    """
    results = StageResults(stack)

    def kept(name: str) -> Result:
        result = results.kept(name)
        if result is None:
            raise NotEvaluated(f"stage {name} has not run on this stack")
        return result

    probe = Probe(stack, load_platform(stack.platform_file), result=kept, patience=PATIENCE)
    contracts = needed_for(stage, contracts_of(Target.STACK))
    return evaluate(contracts, {Target.STACK: probe}, limit=limit, workers=WORKERS)


def needed_for(stage: Stage | None, contracts: Iterable[Contract]) -> list[Contract]:
    """Return the contracts of a stage and those that they require, in the order given; all without a stage."""
    contracts = list(contracts)
    by_id = {contract.id: contract for contract in contracts}
    wanted: set[str] = set()
    open_ones = [contract.id for contract in contracts if stage in (None, contract.stage)]
    while open_ones:
        id = open_ones.pop()
        if id in by_id and id not in wanted:
            wanted.add(id)
            open_ones.extend(by_id[id].requires)
    return [contract for contract in contracts if contract.id in wanted]
