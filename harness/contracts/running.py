"""Stage init: what was started still runs. Where one has ended, nothing that needs it can be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.contracts.breach import Breach
from harness.contracts.probe import Probe
from harness.contracts.registry import Case, Facts, Stage, contract
from harness.evidence.logs import log_window
from harness.liveness import alive
from harness.stack import WorkloadState

_LINES, _WIDTH = 5, 160  # of the end of its log, in lines and characters


@dataclass(frozen=True)
class Part:
    """Workloads that do one thing: those of a component, where it has several those with a word in their name.

    `id`: the contract that they run. `words`: where none is given, what the parts before it leave of the component.
    """

    id: str
    what: str
    component: str
    words: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


_DATABASE = ("database.running",)  # a process that loses its database may end
PARTS = (
    Part("object-store.running", "The object store", "object-store"),
    Part("database.running", "The database", "database"),
    Part("catalog.running", "The catalog", "catalog"),
    Part("trace-store.running", "The trace store", "trace-store"),
    Part("lineage-store.running", "The lineage store", "lineage-store", requires=_DATABASE),
    Part("orchestrator.daemon-running", "The orchestrator's daemon", "orchestrator", ("daemon",), _DATABASE),
    Part("orchestrator.code-running", "The orchestrator's code server", "orchestrator", ("code",), _DATABASE),
    Part("orchestrator.running", "The orchestrator's webserver", "orchestrator", requires=_DATABASE),
    Part("refresh-worker.running", "The semantic layer's refresh worker", "semantic-layer", ("refresh", "worker")),
    Part("semantic-layer.running", "The semantic layer's API", "semantic-layer"),
)


def part_of(workload: WorkloadState) -> Part | None:
    """Return the part that a workload is of; None for a component that no contract is about."""
    for part in PARTS:
        if part.component == workload.component and (
            not part.words or any(word in workload.name for word in part.words)
        ):
            return part
    return None


def still_runs(probe: Probe, workload: str) -> Facts:
    """Raise Breach when a workload has ended, with the last lines of its log."""
    state = probe.stack.workload(workload)
    what = str(state.runs_as).split(" ")[0]
    if not alive(state):
        lines = [line[:_WIDTH] for line in log_window(state.log, lines=_LINES)] if state.log else []
        raise Breach(
            f"the {what} of {workload} has ended",
            expected=f"{workload} runs as {state.runs_as}",
            actual=f"no such {what} runs any more",
            evidence="\n".join(["the last lines of its log:", *lines]) if lines else None,
            mend=f"read why it ended (harness logs {workload}), then stand the platform up anew: harness up",
        )
    return {"runs as": state.runs_as}


def _applies(part: Part) -> Callable[[Probe], str | None]:
    def applies(probe: Probe) -> str | None:
        return None if list(_workloads(part, probe)) else "it runs outside of this stack"

    return applies


def _each(part: Part) -> Callable[[Probe], Iterator[Case]]:
    return lambda probe: (Case(w.name, {"workload": w.name}, of=("",)) for w in _workloads(part, probe))


def _workloads(part: Part, probe: Probe) -> Iterator[WorkloadState]:
    return (w for w in probe.stack.workloads if w.runs_as and part_of(w) == part)


for _part in PARTS:
    contract(
        _part.id,
        stage=Stage.INIT,
        promise=f"{_part.what} still runs.",
        requires=_part.requires,
        mend="read why it ended (harness logs), then stand the platform up anew",
        applies=_applies(_part),
        each=_each(_part),
    )(still_runs)
