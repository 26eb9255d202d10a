"""The orchestrator: Dagster's code server, webserver and daemon, with their storage in PostgreSQL."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from environments.local.plan import PROJECT, Plan
from environments.local.process import ProcessSpec, Ready
from environments.local.provision.store import cache_folder
from environments.local.secrets import as_variables
from environments.local.workloads.asking import asking
from environments.local.workloads.postgresql import USER
from harness.stack import LINEAGE_STORE, ORCHESTRATOR, OTLP_HTTP

LOCATION = "demo"
_HOME = Path(__file__).parent / "dagster_home"  # dagster.yaml and workspace.yaml, which take what differs from env


def specs(plan: Plan) -> tuple[ProcessSpec, ...]:
    """Return the processes: code server, webserver, daemon. Each loads by itself, so they start side by side."""
    return _user_code(plan), _webserver(plan), _daemon(plan)


def _user_code(plan: Plan) -> ProcessSpec:
    port = plan.ports["dagster-user-code.grpc"]
    # The server loads the code before it listens, and its instance opens the storage.
    return ProcessSpec(
        name="dagster-user-code",
        component="orchestrator",
        kind="real",
        version=_version(),
        command=(
            *(sys.executable, "-m", "dagster", "api", "grpc", "--module-name", "demo.pipeline.definitions"),
            *("--attribute", "definitions", "--host", "127.0.0.1", "--port", str(port), "--location-name", LOCATION),
        ),
        env=_environment(plan),
        cwd=plan.project,
        ports={"grpc": port},
        requires=("postgresql",),
        ready=code_ready(plan),
    )


def _webserver(plan: Plan) -> ProcessSpec:
    port = plan.ports["dagster-webserver.http"]
    return ProcessSpec(
        name="dagster-webserver",
        component="orchestrator",
        kind="real",
        version=_version(),
        command=(
            *(sys.executable, "-m", "dagster_webserver", "--host", "127.0.0.1", "--port", str(port)),
            *("--workspace", str(_home(plan) / "workspace.yaml")),
        ),
        env=_environment(plan),
        cwd=plan.project,
        ports={"http": port},
        requires=("postgresql",),
        ready=webserver_ready(plan),
    )


def _daemon(plan: Plan) -> ProcessSpec:
    return ProcessSpec(
        name="dagster-daemon",
        component="orchestrator",
        kind="real",
        version=_version(),
        command=(
            *(sys.executable, "-m", "dagster._daemon", "run"),
            *("--workspace", str(_home(plan) / "workspace.yaml")),
        ),
        env=_environment(plan),
        cwd=plan.project,
        requires=("postgresql",),
        ready=daemon_ready(plan),
    )


def code_ready(plan: Plan) -> Ready:
    """Return the check of the plan's code server."""
    asked = _code_probe(plan.ports["dagster-user-code.grpc"])
    return Ready("ListRepositories names the repository of the demo", asked, limit=120)


def webserver_ready(plan: Plan) -> Ready:
    """Return the check of the plan's webserver."""
    fact = f"GraphQL lists the location {LOCATION} with its assets and without a load error"
    return Ready(fact, _location_probe(plan.endpoints[ORCHESTRATOR]), limit=120)


def daemon_ready(plan: Plan) -> Ready:
    """Return the check of the plan's daemon."""
    asked = _daemon_probe(plan.endpoints[ORCHESTRATOR])
    return Ready("GraphQL reports every required daemon healthy", asked, limit=120)


def load_again(base: str) -> None:
    """Let the webserver at `base` load the code again, and return when it has; code that cannot be loaded stays so."""
    _ask(base, f'mutation {{ reloadRepositoryLocation(repositoryLocationName: "{LOCATION}") {{ __typename }} }}')


def _version() -> str:
    return f"Dagster {importlib.metadata.version('dagster')}"


def _home(plan: Plan) -> Path:
    """Return DAGSTER_HOME, which the three share, with its two files in place."""
    home = plan.work_folder("dagster")
    for name in ("dagster.yaml", "workspace.yaml"):
        shutil.copyfile(_HOME / name, home / name)
    return home


def _environment(plan: Plan) -> dict[str, str]:
    return {
        "DAGSTER_HOME": str(_home(plan)),
        "DAGSTER_CODE_HOST": "127.0.0.1",
        "DAGSTER_CODE_PORT": str(plan.ports["dagster-user-code.grpc"]),
        "DAGSTER_PG_HOST": "127.0.0.1",
        "DAGSTER_PG_PORT": str(plan.ports["postgresql.sql"]),
        "DAGSTER_PG_USER": USER,
        "DAGSTER_PG_DATABASE": "dagster",
        "DEMO_DBT_TARGET": str((cache_folder() if plan.project == PROJECT else plan.work_folder("dagster")) / "dbt"),
        "OPENLINEAGE_NAMESPACE": "demo",
        "OPENLINEAGE_URL": plan.endpoints[LINEAGE_STORE],
        "OTEL_EXPORTER_OTLP_ENDPOINT": plan.endpoints[OTLP_HTTP],
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": "floe-dagster",
        "PLATFORM_FILE": str(plan.platform_file),
        "SCALE": str(plan.scale),
        **as_variables(
            plan.secrets, "object-store-keys", "polaris-client-id", "polaris-client-secret", "postgres-password"
        ),
    }


def _code_probe(port: int) -> Callable[[], str | None]:
    def check() -> str | None:
        import grpc  # type: ignore[import-untyped]

        # Raw bytes: the request is an empty message and the reply holds JSON, so Dagster need not be imported.
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            reply: bytes = channel.unary_unary("/api.DagsterApi/ListRepositories")(b"", timeout=5)
        return None if b"repository_name" in reply else f"ListRepositories answered {reply[:500]!r}"

    return check


def _location_probe(base: str) -> Callable[[], str | None]:
    query = """{ workspaceOrError { __typename ... on Workspace { locationEntries { name locationOrLoadError {
        __typename ... on PythonError { message } } } } } assetNodes { id } }"""

    def check() -> str | None:
        data = _ask(base, query)
        for entry in data["workspaceOrError"].get("locationEntries", []):
            found = entry["locationOrLoadError"] or {"__typename": "nothing"}
            if found["__typename"] != "RepositoryLocation":
                return f"location {entry['name']}: {found.get('message', found['__typename'])}"
            if entry["name"] == LOCATION and data["assetNodes"]:
                return None
        return f"location {LOCATION} is not listed, or has no assets"

    return check


def _daemon_probe(base: str) -> Callable[[], str | None]:
    query = "{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"

    def check() -> str | None:
        statuses = _ask(base, query)["instance"]["daemonHealth"]["allDaemonStatuses"]
        required = [status for status in statuses if status["required"]]
        ill = [status["daemonType"] for status in required if not status["healthy"]]
        return f"not healthy: {', '.join(ill) or 'no daemon is required'}" if ill or not required else None

    return check


def _ask(base: str, query: str) -> Any:
    with asking(base, timeout=10) as http:
        answer = http.post("/graphql", json={"query": query})
    answer.raise_for_status()
    return answer.json()["data"]
