"""What a cluster knows of a stack, written beside the stack's logs before it is taken down."""

from __future__ import annotations

from environments.kind.plan import KindPlan
from environments.kind.signs import look
from environments.kind.tools import run
from environments.kind.workloads import RELEASES
from harness.errors import EnvironmentFailure


def gather(plan: KindPlan) -> None:
    """Write events, descriptions, logs of containers that ended, Helm's status and manifests into the log folder."""
    questions = {
        "events": plan.kubectl("get", "events", "--sort-by=.lastTimestamp"),
        "pods": plan.kubectl("describe", "pods"),
        "workloads": plan.kubectl("get", "all,networkpolicies,resourcequotas", "--output", "wide"),
    }
    for release in RELEASES:
        questions[f"{release.name}-status"] = plan.helm("status", release.name)
        questions[f"{release.name}-manifest"] = plan.helm("get", "manifest", release.name)
    for pod, container in _restarted(plan):
        questions[f"{pod}-{container}-previous"] = plan.kubectl("logs", pod, "--container", container, "--previous")
    for name, command in questions.items():
        try:
            said = run(command)
        except EnvironmentFailure as error:
            said = str(error)
        (plan.folder / "logs" / f"kubernetes-{name}.log").write_text(said)


def _restarted(plan: KindPlan) -> list[tuple[str, str]]:
    try:
        return [
            (pod["metadata"]["name"], container["name"])
            for pod in look(plan)
            if pod["kind"] == "Pod"
            for container in pod["status"].get("containerStatuses", ())
            if container["restartCount"]
        ]
    except EnvironmentFailure:
        return []
