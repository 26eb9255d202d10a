"""What the stages with nothing running, preflight and load, say of a platform's files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from harness.contracts.load import Project
from harness.contracts.registry import Stage, Target, contracts_of
from harness.diagnosis import Diagnosis, evaluate
from harness.expectations import load_expectations
from harness.faults.files import MANIFESTS, PLATFORM
from harness.platform import read_platform
from harness.workloads import Deployment
from harness.workloads.manifests import read_manifests

STAGES = (Stage.PREFLIGHT, Stage.LOAD)
COMPILED = "compiled_artifacts.json"


def diagnose_files(folder: Path, stages: Collection[Stage] = STAGES) -> Diagnosis:
    """Return what became of every contract of the stages on the files in a folder."""
    reading = read_platform(folder / PLATFORM)
    expectations = folder / "expectations.yaml"
    targets = {
        Target.PLATFORM: reading,
        Target.DEPLOYMENT: Deployment(read_manifests(folder / MANIFESTS), reading),
        Target.CODE: Project(
            platform=reading.platform,
            expectations=load_expectations(expectations) if expectations.exists() else None,
            dagster=_there(folder / "pipeline"),
            dbt=_there(folder / "dbt"),
            cube=_there(folder / "cube"),
            compiled=_there(folder / COMPILED),
        ),
    }
    return evaluate([contract for contract in contracts_of(*targets) if contract.stage in stages], targets)


def _there(path: Path) -> Path | None:
    return path if path.exists() else None
