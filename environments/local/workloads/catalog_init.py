"""The job that makes buckets, catalog, grants and namespaces, as the init hook of a deployment does."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from environments.local.plan import PROJECT, Plan
from environments.local.process import ProcessSpec
from environments.local.secrets import as_variables


def spec(plan: Plan) -> ProcessSpec:
    """Return the job of a stack that is planned."""
    return job(plan.platform_file, plan.secrets, plan.project)


def job(platform_file: Path, secrets: Mapping[str, str], project: Path = PROJECT) -> ProcessSpec:
    """Return the job for any stack: its effective platform.yaml and its secrets are all that it needs."""
    return ProcessSpec(
        name="catalog-init",
        component="catalog",
        kind="real",
        version="",
        command=(sys.executable, "-m", "demo.catalog_init"),
        env={
            "PLATFORM_FILE": str(platform_file),
            **as_variables(secrets, "object-store-keys", "polaris-client-id", "polaris-client-secret"),
        },
        cwd=project,
        requires=("object-store", "polaris"),
        job=True,
    )
