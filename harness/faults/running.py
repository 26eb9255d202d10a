"""What the diagnosis says of a running stack, with a fault and without."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from harness.contracts.probe import Probe
from harness.contracts.registry import Stage
from harness.diagnosis import Diagnosis
from harness.diagnosis.live import diagnose
from harness.errors import HarnessError, WaitTimeout
from harness.faults.fault import Fault
from harness.faults.live import Change, Live
from harness.platform import load_platform
from harness.results import StageResults
from harness.stack import Stack
from harness.stages import STAGES
from harness.wait import NotYet, wait_for

AtRisk = Callable[[Stack], AbstractContextManager[None]]

_RECOVERY = 120.0  # seconds from the undoing of a fault until the stack is right again
_LATE = 25.0  # seconds after which spans and events come no more


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
    What the fault says is done again under it, and its results are forgotten with it. `at_risk`: holds a stack that is
    changed, which goes when the campaign is killed.
    """
    probe, results = probe_of(stack), StageResults(stack)

    def look(fault: Fault | None) -> Diagnosis:
        if fault is None:
            return diagnose(stack)
        with at_risk(stack):
            try:
                with fault.injected(Live(probe, change)), results.set_aside(fault.again):
                    return _told(stack, probe, fault)
            finally:
                wait_for(f"the stack is as it was before {fault.id}", recovered, _RECOVERY)
                if fault.again and diagnose(stack).roots:  # what was there before is lost, as spans kept in memory
                    results.forget(fault.again)
                    for name in fault.again:
                        probe.result(name)

    def recovered() -> None:
        if roots := diagnose(stack, stage=Stage.INIT).roots:
            raise NotYet(", ".join(root.contract.id for root in roots))

    return look


def _told(stack: Stack, probe: Probe, fault: Fault) -> Diagnosis:
    """Do again what the fault says, and return the diagnosis; what may still come late is waited for."""
    if not fault.again:
        return diagnose(stack)
    for name in fault.again:
        with suppress(HarnessError):  # a failure is kept as a result, and is for the diagnosis to tell
            probe.result(name)

    def told() -> Diagnosis:
        found = diagnose(stack)
        if not found.roots:
            raise NotYet("no root")
        return found

    with suppress(WaitTimeout):
        return wait_for(f"{fault.id} is told", told, _LATE)
    return diagnose(stack)
