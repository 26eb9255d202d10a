"""The job that makes buckets, catalog, grants and namespaces, as the init hook of a deployment does."""

from __future__ import annotations

import sys
from pathlib import Path

from environments.local.plan import Plan
from environments.local.process import ProcessSpec
from environments.local.secrets import as_variables

_PROJECT = Path(__file__).parents[3]


def spec(plan: Plan) -> ProcessSpec:
    """Return the job."""
    return ProcessSpec(
        name="catalog-init",
        component="catalog",
        kind="real",
        version="",
        command=(sys.executable, "-m", "demo.catalog_init"),
        env={
            "PLATFORM_FILE": str(plan.platform_file),
            **as_variables(plan.secrets, "object-store-keys", "polaris-client-id", "polaris-client-secret"),
        },
        cwd=_PROJECT,
        requires=("object-store", "polaris"),
        job=True,
    )
