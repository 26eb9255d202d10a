"""What a workload does within its component, told by its command and its settings."""

from __future__ import annotations

from harness.workloads import Deployment, Workload

_SERVES_ORCHESTRATOR = ("dagster-webserver", "dagster_webserver", "dagit", "dagster-daemon", "dagster._daemon")
_RUNS_CODE = ("api grpc", "api\ngrpc", "code-server")


def runs_pipeline_code(workload: Workload) -> bool:
    """Return whether a workload of the orchestrator is a code location, not its webserver or its daemon."""
    script = "\n".join(container.script for container in workload.main)
    if any(word in script for word in _RUNS_CODE):
        return True
    return not any(word in f"{script}\n{workload.name}" for word in (*_SERVES_ORCHESTRATOR, "webserver", "daemon"))


def is_primary(deployment: Deployment, workload: Workload) -> bool:
    """Return whether a component is observed by this workload, not by a helper of it."""
    if workload.component == "orchestrator":
        return runs_pipeline_code(workload)
    if workload.component == "semantic-layer":
        worker = [deployment.variables(workload, c).get("CUBEJS_REFRESH_WORKER") for c in workload.main]
        return not any(found and (found.value or "").lower() == "true" for found in worker)
    return True
