"""The catalog: a stand-in for Apache Polaris, whose server is in no package registry."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from environments.local.plan import Plan
from environments.local.process import ProcessSpec, Ready
from environments.local.workloads.asking import asking
from harness.stack import CATALOG, OTLP_HTTP

_PROJECT = Path(__file__).parents[3]
_UNKNOWN = "a-warehouse-that-is-not-there"


def spec(plan: Plan) -> ProcessSpec:
    """Return the process of the catalog: its state is a SQLite file in its work folder."""
    http, management = plan.ports["polaris.http"], plan.ports["polaris.management"]
    client_id, client_secret = plan.secrets["polaris-client-id"], plan.secrets["polaris-client-secret"]
    database = plan.work_folder("polaris") / "polaris.db"
    env = {
        "POLARIS_HTTP_PORT": str(http),
        "POLARIS_MANAGEMENT_PORT": str(management),
        "POLARIS_DATABASE_URL": f"sqlite:///{database}",
        "POLARIS_BOOTSTRAP_CREDENTIALS": f"POLARIS,{client_id},{client_secret}",
        "AWS_ACCESS_KEY_ID": plan.secrets["object-store-keys.access-key-id"],
        "AWS_SECRET_ACCESS_KEY": plan.secrets["object-store-keys.secret-access-key"],
        "AWS_REGION": "us-east-1",
    }
    if OTLP_HTTP in plan.endpoints:
        env |= {
            "OTEL_EXPORTER_OTLP_ENDPOINT": plan.endpoints[OTLP_HTTP],
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_SERVICE_NAME": "polaris",
        }
    return ProcessSpec(
        name="polaris",
        component="catalog",
        kind="stand-in",
        version="1.7.0 (stand-in)",
        command=(sys.executable, "-m", "environments.local.standins.polaris"),
        env=env,
        cwd=_PROJECT,
        ports={"http": http, "management": management},
        ready=ready(plan),
    )


def ready(plan: Plan) -> Ready:
    """Return the check of the plan's catalog."""
    asked = probe(plan.endpoints[CATALOG], plan.secrets["polaris-client-id"], plan.secrets["polaris-client-secret"])
    return Ready("a token is issued by form, and an unknown warehouse is refused with 404", asked)


def probe(base: str, client_id: str, client_secret: str) -> Callable[[], str | None]:
    """Return a check of a catalog at `base`: None when it issues tokens and answers for warehouses."""

    def check() -> str | None:
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": "PRINCIPAL_ROLE:ALL",
        }
        with asking(f"{base}/api/catalog/v1", timeout=5) as http:
            issued = http.post("/oauth/tokens", data=form)
            if issued.status_code != 200:
                return f"POST /oauth/tokens answered {issued.status_code}"
            bearer = {"authorization": f"Bearer {issued.json()['access_token']}"}
            config = http.get("/config", params={"warehouse": _UNKNOWN}, headers=bearer)
        if config.status_code != 404:
            return f"GET /config?warehouse={_UNKNOWN} answered {config.status_code}"
        return None

    return check
