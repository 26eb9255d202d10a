"""What is wrong with pods that do not come up, told by their own state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from environments.kind.plan import KindPlan
from environments.kind.tools import run

# Reasons of a waiting container that no waiting mends.
_HOPELESS = frozenset(
    {
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
    }
)
_RESTARTS = 5  # a workload may start before what it needs


def read_pods(plan: KindPlan) -> list[dict[str, Any]]:
    """Return the pods of the stack's namespace, as Kubernetes has them."""
    pods: list[dict[str, Any]] = json.loads(run(plan.kubectl("get", "pods", "--output", "json")))["items"]
    return pods


def hopeless(pods: list[dict[str, Any]]) -> str | None:
    """Return why pods will not become ready, in words; None while they may."""
    said = list(dict.fromkeys(line for pod in pods for line in _reasons(pod)))
    return "\n".join(said) or None


def not_ready(pods: list[dict[str, Any]]) -> list[str]:
    """Return the names of the pods of workloads that are not ready; ended jobs are none."""
    return [
        pod["metadata"]["name"]
        for pod in pods
        if pod["status"].get("phase") != "Succeeded"
        and not any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", ()))
    ]


def _reasons(pod: Mapping[str, Any]) -> Iterator[str]:
    name, status = pod["metadata"]["name"], pod["status"]
    for container in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        waiting = container["state"].get("waiting", {})
        last = container.get("lastState", {}).get("terminated", {})
        if last.get("reason") == "OOMKilled":
            yield f"{name}: container {container['name']} was OOMKilled: its memory limit is too small"
        elif waiting.get("reason") in _HOPELESS:
            yield f"{name}: container {container['name']}: {waiting['reason']}: {waiting.get('message', '')}"
        elif waiting.get("reason") == "CrashLoopBackOff" and container["restartCount"] >= _RESTARTS:
            yield (
                f"{name}: container {container['name']} ended {container['restartCount']} times, "
                f"last with exit status {last.get('exitCode')}"
            )
