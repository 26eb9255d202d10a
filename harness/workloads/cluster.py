"""Reads the objects of a live cluster's namespace; nothing is changed, and what Secrets hold is dropped at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import EnvironmentFailure, Location, UsageError
from harness.workloads.documents import Object
from harness.workloads.kubernetes import read_objects
from harness.workloads.model import Objects
from harness.workloads.run_pods import run_pods

_PATIENCE = (5, 30)  # seconds to connect, and to answer
_LISTS = (
    ("AppsV1Api", "deployment", "Deployment"),
    ("AppsV1Api", "stateful_set", "StatefulSet"),
    ("AppsV1Api", "daemon_set", "DaemonSet"),
    ("BatchV1Api", "job", "Job"),
    ("BatchV1Api", "cron_job", "CronJob"),
    ("CoreV1Api", "service", "Service"),
    ("CoreV1Api", "config_map", "ConfigMap"),
    ("CoreV1Api", "secret", "Secret"),
)


def read_cluster(context: str | None, namespace: str) -> Objects:
    """Return what a namespace of a cluster holds.

    `context`: of the kubeconfig; None takes the current one. Raises UsageError for a context that is not there,
    EnvironmentFailure when the cluster cannot be asked.
    """
    from kubernetes import client, config  # heavy, and seldom needed
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    settings = client.Configuration()
    try:
        config.load_kube_config(context=context, client_configuration=settings)
    except (config.ConfigException, OSError) as error:
        raise UsageError(
            "no such context" if context else "no kubeconfig",
            actual=str(error),
            next_step="kubectl config get-contexts lists them",
        ) from None
    settings.retries = False  # an answer, or none: a user waits for it
    api = client.ApiClient(settings)
    place = f"{context or 'cluster'}/{namespace}"
    try:
        objects = read_objects(_objects(client, api, namespace, Path(place)), "cluster")
    except ApiException as error:
        raise EnvironmentFailure(
            f"the cluster refused to list the objects of namespace {namespace}",
            actual=f"{error.status} {error.reason}",
            next_step="kubectl auth can-i list secrets shows what this user may do",
        ) from None
    except HTTPError as error:
        raise EnvironmentFailure("the cluster cannot be reached", actual=str(error)) from None
    if not objects.workloads:
        raise UsageError(f"no workloads in namespace {namespace}", next_step="--namespace NAME", location=None)
    return replace(objects, workloads=(*objects.workloads, *run_pods(objects)))


def _objects(client: Any, api: Any, namespace: str, place: Path) -> Iterator[Object]:
    for group, name, kind in _LISTS:
        ask = getattr(getattr(client, group)(api), f"list_namespaced_{name}")
        # As it came: the client's own models would drop what they do not know.
        answer = ask(namespace, _preload_content=False, _request_timeout=_PATIENCE)
        for item in json.loads(answer.data).get("items") or []:
            owned = (item.get("metadata") or {}).get("ownerReferences")
            if not (owned and kind in ("Job", "Deployment")):
                yield Object({**item, "kind": kind}, _place(place, kind, item))


def _place(place: Path, kind: str, item: Mapping[str, Any]) -> Any:
    file = place / kind / str((item.get("metadata") or {}).get("name"))
    return lambda *path: Location(file, key=".".join(map(str, path)) or None)
