"""Asks a cluster for what attaching needs, and for nothing else; a right that is missing is named."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from environments.attach.rights import LISTS, NAMESPACE, Right, secret
from harness.errors import EnvironmentFailure, Location, UsageError
from harness.platform.problem import did_you_mean, one_of
from harness.workloads import ConfigObject, Objects
from harness.workloads.documents import Object
from harness.workloads.kubernetes import read_objects
from harness.workloads.run_pods import run_pods

_PATIENCE = (5, 30)  # seconds to connect, and to answer
_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@dataclass(frozen=True)
class Cluster:
    """A namespace of a cluster, as one user may see it; `context`: of the kubeconfig."""

    context: str
    namespace: str
    api: Any

    @property
    def name(self) -> str:
        """What the platform in it is called."""
        return f"{self.context}/{self.namespace}"

    def require(self, rights: Iterable[Right]) -> None:
        """Return when the user has all of the rights; raises EnvironmentFailure that names those that are missing."""
        missing = [right for right in rights if not self._may(right)]
        if missing:
            raise _missing(missing, self)

    def read(self) -> Objects:
        """Return the workloads, Services and ConfigMaps; of Secrets only that they are referred to."""
        found = read_objects((each for kind, right in LISTS.items() for each in self._list(kind, right)), "cluster")
        named = {
            variable.ref.name
            for workload in found.workloads
            for container in workload.containers
            for variable in container.variables
            if variable.ref is not None and variable.ref.kind == "Secret"
        }
        secrets = (ConfigObject("Secret", name, self.namespace, keys=None) for name in sorted(named))
        known = replace(found, configs=(*found.configs, *secrets))
        return replace(known, workloads=(*known.workloads, *run_pods(known)))

    def labels(self) -> dict[str, str]:
        """Return the labels of the namespace; raises UsageError where there is no such namespace."""
        found: dict[str, str] = self._ask(NAMESPACE, f"/api/v1/namespaces/{self.namespace}")["metadata"].get("labels")
        return found or {}

    def secret(self, name: str, key: str) -> str | None:
        """Return the value of a Secret's key, None where it has none."""
        right = secret(name)
        data = self._ask(right, f"{right.path.format(namespace=self.namespace)}/{name}").get("data") or {}
        return base64.b64decode(data[key]).decode() if key in data else None

    def _list(self, kind: str, right: Right) -> Iterator[Object]:
        for item in self._ask(right, right.path.format(namespace=self.namespace)).get("items") or []:
            about = item.get("metadata") or {}
            if not about.get("ownerReferences"):
                place = Path(self.name) / kind / str(about.get("name"))
                yield Object(
                    {**item, "kind": kind}, lambda *path, p=place: Location(p, key=".".join(map(str, path)) or None)
                )

    def _may(self, right: Right) -> bool:
        resource, _, part = right.resource.partition("/")
        asked = {
            "namespace": self.namespace,
            "verb": right.verb,
            "group": right.group,
            "resource": resource,
            "subresource": part,
            "name": right.name or (self.namespace if resource == "namespaces" else ""),
        }
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
        answer = self._ask(right, _REVIEW, {**body, "spec": {"resourceAttributes": asked}})
        return answer["status"].get("allowed") is True

    def _ask(self, right: Right, path: str, body: dict[str, Any] | None = None) -> Any:
        """Return what the cluster answers; raises EnvironmentFailure, for a right that is missing by its name."""
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        try:
            answer = self.api.call_api(
                path,
                "POST" if body else "GET",
                header_params={"Accept": "application/json", "Content-Type": "application/json"},
                body=body,
                auth_settings=["BearerToken"],
                _preload_content=False,
                _request_timeout=_PATIENCE,
            )
            return json.loads((answer[0] if isinstance(answer, tuple) else answer).data)
        except ApiException as error:
            if error.status == 403:
                raise _missing([right], self) from None
            if error.status == 404 and right is NAMESPACE:
                raise UsageError(f"there is no namespace {self.namespace} in {self.context}") from None
            raise EnvironmentFailure(
                f"the cluster of {self.context} refused: {right}", actual=f"{error.status} {error.reason}"
            ) from None
        except (HTTPError, OSError) as error:
            raise EnvironmentFailure(f"the cluster of {self.context} cannot be reached", actual=str(error)) from None


def enter(context: str | None, namespace: str | None) -> Cluster:
    """Return a namespace of a cluster; by default of the current context.

    Raises UsageError for a kubeconfig or a context that is not there, and where no namespace is named.
    """
    from kubernetes import client, config  # heavy, and seldom needed

    settings = client.Configuration()
    try:
        contexts, current = config.list_kube_config_contexts()
        names = {each["name"]: each["context"] for each in contexts}
        chosen = context or current["name"]
        if chosen not in names:
            raise UsageError(f"no context {chosen!r}{did_you_mean(chosen, names)}", expected=one_of(names))
        config.load_kube_config(context=chosen, client_configuration=settings)
    except (config.ConfigException, OSError) as error:
        raise UsageError("no kubeconfig", actual=str(error), next_step="kubectl config get-contexts") from None
    within = namespace or names[chosen].get("namespace")
    if not within:
        raise UsageError("which namespace the platform is in is not said", expected="--namespace NAME")
    settings.retries = False  # an answer, or none: a user waits for it
    return Cluster(chosen, within, client.ApiClient(settings))


def _missing(rights: Iterable[Right], cluster: Cluster) -> EnvironmentFailure:
    return EnvironmentFailure(
        f"rights are missing in namespace {cluster.namespace} of {cluster.context}",
        expected="the Role of environments/attach/rights.yaml",
        actual="\n".join(f"not allowed: {right} in namespace {cluster.namespace}" for right in rights),
        next_step="ask whoever runs the cluster to bind that Role to you",
    )
