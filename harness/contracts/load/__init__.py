"""Stage load: what the platform's own code proves wrong while nothing runs, a module a theme.

The checks take a Project (`Target.CODE`). The code is read and never run, but by `orchestrator.definitions-load`, and
that only where the project names a Python. No check raises an alarm unless what was read proves it: silence where
something is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.contracts.load import (
    asset_run,
    assets,
    cube,
    cube_tables,
    dbt,
    dbt_columns,
    dbt_profile,
    jobs,
    layers,
    loading,
    resources,
)
from harness.contracts.load.project import Project, project_beside

if TYPE_CHECKING:
    from harness.diagnosis import Diagnosis

__all__ = [
    "Project",
    "asset_run",
    "assets",
    "cube",
    "cube_tables",
    "dbt",
    "dbt_columns",
    "dbt_profile",
    "evaluate_load",
    "jobs",
    "layers",
    "loading",
    "project_beside",
    "resources",
]


def evaluate_load(project: Project) -> Diagnosis:
    """Return what became of every load contract on a project."""
    from harness.contracts.registry import Target, contracts_of
    from harness.diagnosis import evaluate

    return evaluate(contracts_of(Target.CODE), {Target.CODE: project})
