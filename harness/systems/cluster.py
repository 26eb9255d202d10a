"""The cluster's client: looks at the pods of a workload."""

from __future__ import annotations

from functools import cache
from typing import Any

from harness.errors import EnvironmentFailure
from harness.stack import Pods

_PATIENCE = (5, 10)  # seconds to connect, and to answer


@cache
def _api(kubeconfig: str) -> Any:
    from kubernetes import client, config  # heavy, and seldom needed

    settings = client.Configuration()
    config.load_kube_config(kubeconfig, client_configuration=settings)
    settings.retries = False
    return client.CoreV1Api(client.ApiClient(settings))


def runs(pods: Pods) -> bool:
    """Return whether a container of a workload's pods runs; raises EnvironmentFailure when the cluster is silent."""
    from kubernetes.client.exceptions import ApiException
    from kubernetes.config import ConfigException
    from urllib3.exceptions import HTTPError

    try:
        found = _api(str(pods.kubeconfig)).list_namespaced_pod(
            pods.namespace, label_selector=f"app.kubernetes.io/name={pods.app}", _request_timeout=_PATIENCE
        )
    except (ApiException, HTTPError, ConfigException, OSError) as error:
        raise EnvironmentFailure("the cluster does not answer", actual=str(error), next_step="start it again") from None
    return any(status.state.running for pod in found.items for status in pod.status.container_statuses or ())
