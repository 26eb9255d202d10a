"""The workloads of the reference platform, one a file."""

from __future__ import annotations

from environments.local.plan import Plan
from environments.local.process import ProcessSpec
from environments.local.workloads import (
    catalog_init,
    cube,
    dagster,
    jaeger,
    localstack,
    marquez,
    object_store,
    polaris,
    postgresql,
)


def declare(plan: Plan, *, without: frozenset[str] = frozenset()) -> tuple[ProcessSpec, ...]:
    """Return what is to run; `without` names workloads that something outside takes the place of."""
    specs = (
        (localstack if plan.object_store == "localstack" else object_store).spec(plan),
        postgresql.spec(plan),
        jaeger.spec(plan),
        polaris.spec(plan),
        marquez.spec(plan),
        catalog_init.spec(plan),
        *dagster.specs(plan),
        *cube.specs(plan),
    )
    return tuple(spec for spec in specs if spec.name not in without)
