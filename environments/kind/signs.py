"""What is wrong in a namespace whose workloads do not come up, told by the state of its objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from environments.kind.plan import KindPlan
from environments.kind.tools import run

# Reasons of a waiting container that no waiting mends.
_HOPELESS = frozenset(
    {
        "CreateContainerConfigError",  # a key of a Secret that is not there, root in spite of runAsNonRoot
        "CreateContainerError",
        "ErrImageNeverPull",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
    }
)
_RESTARTS = 5  # a workload may start before what it needs
_KINDS = "pods,replicasets,jobs,services"

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Sign:
    """One thing that is not as it is to be; `hopeless`: no waiting mends it."""

    subject: str
    text: str
    hopeless: bool

    def __str__(self) -> str:
        return f"{self.subject}: {self.text}"


def look(plan: KindPlan) -> list[Item]:
    """Return the objects of the stack's namespace that signs are read from, as Kubernetes has them."""
    items: list[Item] = json.loads(run(plan.kubectl("get", _KINDS, "--output", "json")))["items"]
    return items


def signs(items: Iterable[Item]) -> list[Sign]:
    """Return what is wrong, each thing once."""
    items = list(items)
    readers = {"Pod": _of_pod, "ReplicaSet": _of_replicas, "Job": _of_job}
    found = [sign for item in items for sign in readers.get(item["kind"], _nothing)(item)]
    return list(dict.fromkeys([*found, *_of_services(items)]))


def told(found: Iterable[Sign]) -> str | None:
    """Return signs as text, a line each; None where there are none."""
    return "\n".join(map(str, found)) or None


def not_ready(items: Iterable[Item]) -> list[str]:
    """Return the names of the pods that are not ready; those that have ended well need not be."""
    return [
        item["metadata"]["name"]
        for item in items
        if item["kind"] == "Pod"
        and item["status"].get("phase") != "Succeeded"
        and _condition(item, "Ready").get("status") != "True"
    ]


def _nothing(item: Item) -> Iterator[Sign]:
    return iter(())


def _condition(item: Item, type_: str) -> Item:
    found: Item = next((c for c in item.get("status", {}).get("conditions", ()) if c["type"] == type_), {})
    return found


def _of_pod(pod: Item) -> Iterator[Sign]:
    name, status = pod["metadata"]["name"], pod["status"]
    scheduled = _condition(pod, "PodScheduled")
    if scheduled.get("reason") == "Unschedulable":
        yield Sign(name, f"no node takes it: {scheduled.get('message', '')}", False)  # room may be made
    for container in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        said = f"container {container['name']}"
        waiting = container["state"].get("waiting", {})
        reason = waiting.get("reason")
        ended = container.get("lastState", {}).get("terminated") or container["state"].get("terminated", {})
        if ended.get("reason") == "OOMKilled":
            yield Sign(name, f"{said} was OOMKilled: its memory limit is too small", True)
        elif reason in _HOPELESS:
            yield Sign(name, f"{said}: {reason}: {waiting.get('message', '')}", True)
        elif reason == "CrashLoopBackOff":
            often = container["restartCount"]
            text = f"{said} ended {often} times, last with exit status {ended.get('exitCode')}"
            yield Sign(name, text, often >= _RESTARTS)
        elif "running" in container["state"] and not container["ready"] and (probe := _probe(pod, container["name"])):
            yield Sign(name, f"{said} runs, and its readiness probe does not hold: {probe}", False)


def _probe(pod: Item, container: str) -> str | None:
    spec: Item = next((each for each in pod["spec"]["containers"] if each["name"] == container), {})
    probe = spec.get("readinessProbe")
    how = {key: value for key, value in (probe or {}).items() if key in ("httpGet", "tcpSocket", "exec", "grpc")}
    return json.dumps(how) if how else None


def _of_replicas(replicas: Item) -> Iterator[Sign]:
    failure = _condition(replicas, "ReplicaFailure")
    if failure.get("status") == "True":
        yield Sign(replicas["metadata"]["name"], f"no pod can be made: {failure.get('message', '')}", True)


def _of_job(job: Item) -> Iterator[Sign]:
    failed = _condition(job, "Failed")
    if failed.get("status") == "True":
        yield Sign(job["metadata"]["name"], f"failed: {failed.get('message') or failed.get('reason')}", True)


def _of_services(items: list[Item]) -> Iterator[Sign]:
    pods = [item["metadata"].get("labels", {}) for item in items if item["kind"] == "Pod"]
    for item in items if pods else ():
        selector = item["spec"].get("selector") if item["kind"] == "Service" else None
        if selector and not any(selector.items() <= labels.items() for labels in pods):
            yield Sign(item["metadata"]["name"], f"the Service selects no pod: {json.dumps(selector)}", False)
