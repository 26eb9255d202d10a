"""The database: PostgreSQL from its wheel, with a database each for Dagster, Marquez and the platform."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from environments.local.plan import Plan
from environments.local.process import ProcessSpec, Ready

USER = "floe"
DATABASES = ("dagster", "marquez", "floe")
_PROJECT = Path(__file__).parents[3]


def spec(plan: Plan) -> ProcessSpec:
    """Return the process of the database; the password reaches it by its environment."""
    port, password = plan.ports["postgresql.sql"], plan.secrets["postgres-password"]
    return ProcessSpec(
        name="postgresql",
        component="database",
        kind="real",
        version="PostgreSQL 18.6",
        command=(sys.executable, "-m", "environments.local.launchers.postgresql"),
        env={
            "FLOE_PG_BIN": str(plan.parts.postgres_bin),
            "FLOE_PG_FOLDER": str(plan.work_folder("postgresql")),
            "FLOE_PG_PORT": str(port),
            "FLOE_PG_USER": USER,
            "FLOE_PG_DATABASES": ",".join(DATABASES),
            "POSTGRES_PASSWORD": password,
        },
        cwd=_PROJECT,
        ports={"sql": port},
        ready=ready(plan),
    )


def ready(plan: Plan) -> Ready:
    """Return the check of the plan's database."""
    asked = _probe(plan.ports["postgresql.sql"], plan.secrets["postgres-password"])
    return Ready(f"each of {', '.join(DATABASES)} answers select 1", asked)


def _probe(port: int, password: str) -> Callable[[], str | None]:
    def check() -> str | None:
        import psycopg2

        for name in DATABASES:
            connection = psycopg2.connect(
                host="127.0.0.1", port=port, user=USER, password=password, dbname=name, connect_timeout=3
            )
            try:
                with connection.cursor() as cursor:
                    cursor.execute("select 1")
            finally:
                connection.close()
        return None

    return check
