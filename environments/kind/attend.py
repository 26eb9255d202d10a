"""`python -m environments.kind.attend FOLDER`: forwards ports to pods, and writes their logs into the folder.

A process of its own, so that both go on when a stack is kept, and when a pod is replaced by another; it ends with the
stack.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from environments.kind.plan import KindPlan
from environments.kind.workloads import WORKLOADS, log_of

_AGAIN = 0.3  # seconds until a forward that has ended is tried again


def main() -> None:
    """Follow the pods of the stack's namespace until the cluster is gone."""
    plan = KindPlan.read(Path(sys.argv[1]))
    api = core_api(plan.kubeconfig)
    forwarded, apps = plan.forwarded(), {each.app: each.name for each in WORKLOADS}
    forwards = {name: Forward(plan, ports) for name, ports in forwarded.items()}
    for forward in forwards.values():
        threading.Thread(target=forward.keep_up, daemon=True).start()
    pods, followed = dict[str, Any](), set[str]()
    for pod, gone in _changes(api, plan.namespace):
        pods.pop(pod.metadata.name, None)
        if not gone:
            pods[pod.metadata.name] = pod
            _follow_logs(api, plan, pod, followed)
        name = apps.get((pod.metadata.labels or {}).get("app.kubernetes.io/name", ""))
        if name in forwards:
            forwards[name].aim(_chosen(pods.values(), name, apps))


def core_api(kubeconfig: Path) -> Any:
    """Return the client of a cluster's core objects."""
    from kubernetes import client, config

    settings = client.Configuration()
    config.load_kube_config(str(kubeconfig), client_configuration=settings)
    return client.CoreV1Api(client.ApiClient(settings))


def _changes(api: Any, namespace: str) -> Any:
    """Yield every pod that there is, or that changes, and whether it is gone; begun anew when the cluster hangs up."""
    from kubernetes import watch
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    while True:
        try:
            for event in watch.Watch().stream(api.list_namespaced_pod, namespace, timeout_seconds=3600):
                yield event["object"], event["type"] == "DELETED"
        except (ApiException, HTTPError, OSError):
            time.sleep(1)  # the cluster does not answer now


def _chosen(pods: Any, name: str, apps: Mapping[str, str]) -> str | None:
    """Return the pod that a workload is reached at: the newest that runs and is not going."""
    running = [
        pod
        for pod in pods
        if apps.get((pod.metadata.labels or {}).get("app.kubernetes.io/name", "")) == name
        and pod.status.phase == "Running"
        and pod.metadata.deletion_timestamp is None
    ]
    return max(running, key=lambda pod: pod.metadata.creation_timestamp).metadata.name if running else None


@dataclass
class Forward:
    """The way from ports of this machine to a pod; `ports`: port here -> port there."""

    plan: KindPlan
    ports: Mapping[int, int]
    pod: str | None = None
    process: subprocess.Popen[bytes] | None = None
    aimed: threading.Event = field(default_factory=threading.Event)

    def aim(self, pod: str | None) -> None:
        """Lead to a pod from now on; None: to none."""
        if pod == self.pod:
            return
        self.pod = pod
        if self.process is not None:
            self.process.terminate()
        if pod is None:
            self.aimed.clear()
        else:
            self.aimed.set()

    def keep_up(self) -> None:
        """Start kubectl whenever there is a pod and none runs."""
        while True:
            self.aimed.wait()
            pairs = [f"{here}:{there}" for here, there in self.ports.items()]
            command = self.plan.kubectl("port-forward", "--address", "127.0.0.1", f"pod/{self.pod}", *pairs)
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            self.process.wait()
            time.sleep(_AGAIN)


def _follow_logs(api: Any, plan: KindPlan, pod: Any, followed: set[str]) -> None:
    workload = log_of(pod.metadata.labels or {})
    statuses = [*(pod.status.init_container_statuses or ()), *(pod.status.container_statuses or ())]
    for status in statuses if workload else ():
        begun = status.state.running or status.state.terminated
        if begun and status.container_id and status.container_id not in followed:
            followed.add(status.container_id)
            arguments = (api, plan.namespace, pod.metadata.name, status.name, plan.folder / "logs" / f"{workload}.log")
            threading.Thread(target=_follow, args=arguments, daemon=True).start()


def _follow(api: Any, namespace: str, pod: str, container: str, log: Path) -> None:
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        answer = api.read_namespaced_pod_log(pod, namespace, container=container, follow=True, _preload_content=False)
        with log.open("ab", buffering=0) as file:
            for chunk in answer.stream(65536):
                file.write(chunk)
    except (ApiException, HTTPError, OSError):
        return  # it is gone, and its log with it


if __name__ == "__main__":
    main()
