"""What the diagnosis says of a running stack, with a fault and without."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from harness.contracts.probe import Probe
from harness.contracts.registry import Stage
from harness.diagnosis import Diagnosis
from harness.diagnosis.live import diagnose
from harness.faults.fault import Fault
from harness.faults.live import Change, Live
from harness.platform import load_platform
from harness.results import StageResults
from harness.stack import Stack
from harness.stages import STAGES
from harness.wait import NotYet, wait_for

AtRisk = Callable[[Stack], AbstractContextManager[None]]

_RECOVERY = 120.0  # seconds from the undoing of a fault until the stack is right again


def probe_of(stack: Stack) -> Probe:
    """Return a probe of a stack whose stages have done their work; it is done where the stack keeps no result."""
    results = StageResults(stack)
    probe = Probe(
        stack,
        load_platform(stack.platform_file),
        result=lambda name: results.get(name, lambda: STAGES[name](probe)),
    )
    for name in STAGES:
        probe.result(name)
    return probe


def look_at_stack(stack: Stack, change: Change, at_risk: AtRisk) -> Callable[[Fault | None], Diagnosis]:
    """Return what injects a fault into a stack, diagnoses it, and undoes the fault.

    Each stage's work is done first, where the stack does not keep its result: the diagnosis looks at what is there.
    `at_risk`: holds a stack that is changed, which goes when the campaign is killed.
    """
    probe = probe_of(stack)

    def look(fault: Fault | None) -> Diagnosis:
        if fault is None:
            return diagnose(stack)
        with at_risk(stack):
            try:
                with fault.injected(Live(probe, change)):
                    return diagnose(stack)
            finally:
                wait_for(f"the stack is as it was before {fault.id}", recovered, _RECOVERY)

    def recovered() -> None:
        if roots := diagnose(stack, stage=Stage.INIT).roots:
            raise NotYet(", ".join(root.contract.id for root in roots))

    return look
