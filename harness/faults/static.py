"""What the stages with nothing running, preflight and load, say of a platform's files."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from harness.contracts.load import project_beside
from harness.contracts.registry import Stage, Target, contracts_of
from harness.diagnosis import Diagnosis, evaluate
from harness.faults.fault import Fault
from harness.faults.files import MANIFESTS, PLATFORM, Reference
from harness.platform import read_platform
from harness.workloads import Deployment
from harness.workloads.manifests import read_manifests

STAGES = (Stage.PREFLIGHT, Stage.LOAD)


def look_at_copies(reference: Reference, stages: Collection[Stage] = STAGES) -> Callable[[Fault | None], Diagnosis]:
    """Return what injects a fault into a copy of the reference, and diagnoses it."""

    def look(fault: Fault | None) -> Diagnosis:
        with reference.copied() as files:
            if fault is not None:
                fault.inject(files)
            return diagnose_files(files.folder, stages)

    return look


def diagnose_files(folder: Path, stages: Collection[Stage] = STAGES) -> Diagnosis:
    """Return what became of every contract of the stages on the files in a folder."""
    reading = read_platform(folder / PLATFORM)
    targets = {
        Target.PLATFORM: reading,
        Target.DEPLOYMENT: Deployment(read_manifests(folder / MANIFESTS), reading),
        Target.CODE: project_beside(folder / PLATFORM),
    }
    return evaluate([contract for contract in contracts_of(*targets) if contract.stage in stages], targets)
