"""The lineage store: a stand-in for Marquez, whose server is in no package registry."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from environments.local.plan import Plan
from environments.local.process import ProcessSpec, Ready
from environments.local.workloads.asking import asking
from environments.local.workloads.postgresql import USER
from harness.stack import LINEAGE_STORE

_PROJECT = Path(__file__).parents[3]
FACT = "its namespaces are listed, with `default` among them"


def spec(plan: Plan) -> ProcessSpec:
    """Return the process of the lineage store; its state is a database of PostgreSQL."""
    http, admin, sql = (plan.ports[name] for name in ("marquez.http", "marquez.admin", "postgresql.sql"))
    return ProcessSpec(
        name="marquez",
        component="lineage-store",
        kind="stand-in",
        version="0.51.1 (stand-in)",
        command=(sys.executable, "-m", "environments.local.standins.marquez"),
        env={
            "MARQUEZ_HTTP_PORT": str(http),
            "MARQUEZ_ADMIN_PORT": str(admin),
            "MARQUEZ_DATABASE_URL": f"postgresql+psycopg2://{USER}:{plan.secrets['postgres-password']}@127.0.0.1:{sql}/marquez",
        },
        cwd=_PROJECT,
        ports={"http": http, "admin": admin},
        requires=("postgresql",),
        ready=ready(plan),
    )


def ready(plan: Plan) -> Ready:
    """Return the check of the plan's lineage store."""
    return Ready(FACT, probe(plan.endpoints[LINEAGE_STORE]))


def probe(base: str) -> Callable[[], str | None]:
    """Return a check of a lineage store at `base`: None when it lists its namespaces."""

    def check() -> str | None:
        with asking(base, timeout=5) as http:
            found = http.get("/api/v1/namespaces")
        if found.status_code != 200:
            return f"GET /api/v1/namespaces answered {found.status_code}"
        names = [each["name"] for each in found.json()["namespaces"]]
        return None if "default" in names else f"namespaces are {names}"

    return check
