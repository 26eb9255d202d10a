"""The workloads of the charts: which release has them, under which label, and which of their ports are forwarded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHARTS = Path(__file__).parent / "charts"
RUN = "dagster-run"  # label `floe-harness.workload` of the pods of Dagster's runs


@dataclass(frozen=True)
class Release:
    """A chart as it is installed: its name, its folder, and the images that its values take (path -> image)."""

    name: str
    chart: str
    images: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """The chart's folder."""
        return CHARTS / self.chart


RELEASES = (
    Release(
        "floe-infra",
        "floe-infrastructure",
        {
            "workloads.localstack.image": "object-store",
            "workloads.postgresql.image": "postgresql",
            "workloads.polaris.image": "polaris",
            "workloads.marquez.image": "marquez",
            "workloads.jaeger.image": "jaeger",
            "catalogInit.image": "catalog-init",
        },
    ),
    Release(
        "floe-dagster",
        "floe-dagster",
        {f"workloads.dagster-{name}.image": "dagster" for name in ("user-code", "webserver", "daemon")},
    ),
    Release("floe-cube", "floe-cube", {f"workloads.cube-{name}.image": "cube" for name in ("api", "refresh-worker")}),
)


@dataclass(frozen=True)
class Deployed:
    """One workload in the cluster.

    `object`: as kubectl names it. `app`: its label app.kubernetes.io/name. `ports`: port name of
    environments/local/ports.py -> port of its pod.
    """

    name: str
    component: str
    image: str
    object: str
    app: str
    ports: Mapping[str, int]


WORKLOADS = (
    Deployed(
        "object-store", "object-store", "object-store", "statefulset/floe-infra-localstack", "localstack", {"s3": 4566}
    ),
    Deployed("postgresql", "database", "postgresql", "statefulset/floe-infra-postgresql", "postgresql", {"sql": 5432}),
    Deployed(
        "polaris", "catalog", "polaris", "statefulset/floe-infra-polaris", "polaris", {"http": 8181, "management": 8182}
    ),
    Deployed("marquez", "lineage-store", "marquez", "deployment/floe-infra-marquez", "marquez", {"http": 5000}),
    Deployed(
        "jaeger",
        "trace-store",
        "jaeger",
        "deployment/floe-infra-jaeger",
        "jaeger",
        {"query": 16686, "otlp-http": 4318, "otlp-grpc": 4317},
    ),
    Deployed(
        "dagster-user-code",
        "orchestrator",
        "dagster",
        "deployment/floe-dagster-user-code",
        "dagster-user-code",
        {"grpc": 4266},
    ),
    Deployed(
        "dagster-webserver",
        "orchestrator",
        "dagster",
        "deployment/floe-dagster-webserver",
        "dagster-webserver",
        {"http": 3000},
    ),
    Deployed("dagster-daemon", "orchestrator", "dagster", "deployment/floe-dagster-daemon", "dagster-daemon", {}),
    Deployed("cube-api", "semantic-layer", "cube", "deployment/floe-cube-api", "cube-api", {"http": 4000}),
    Deployed(
        "cube-refresh-worker",
        "semantic-layer",
        "cube",
        "deployment/floe-cube-refresh-worker",
        "cube-refresh-worker",
        {"http": 4001},
    ),
)
JOB = "catalog-init"


def log_of(labels: Mapping[str, str]) -> str | None:
    """Return the workload in whose log belongs what a pod writes; runs write into the code server's, as in `local`."""
    if labels.get("floe-harness.workload") == RUN:
        return "dagster-user-code"
    app = labels.get("app.kubernetes.io/name", "")
    return JOB if app == JOB else next((each.name for each in WORKLOADS if each.app == app), None)
