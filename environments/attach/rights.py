"""What attaching asks of a cluster: each right is named when it is missing, and stands in rights.yaml."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Right:
    """A verb on a resource of a namespace; `group`: empty for the core API; `name`: of one object alone."""

    verb: str
    resource: str
    group: str = ""
    name: str | None = None

    @property
    def path(self) -> str:
        """The place of the resource's objects in the API, to which `{namespace}` belongs."""
        root = f"/apis/{self.group}/v1" if self.group else "/api/v1"
        return f"{root}/namespaces/{{namespace}}/{self.resource}"

    def __str__(self) -> str:
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {resource}" + (f" {self.name}" if self.name else "")


# Kind of the objects that are listed -> the right to do so.
LISTS = {
    "Deployment": Right("list", "deployments", "apps"),
    "StatefulSet": Right("list", "statefulsets", "apps"),
    "Job": Right("list", "jobs", "batch"),
    "Service": Right("list", "services"),
    "ConfigMap": Right("list", "configmaps"),
}
# What `kubectl port-forward service/…` does, and deployment/… where no Service leads to a workload.
FORWARDS = (
    Right("get", "services"),
    Right("get", "deployments", "apps"),
    Right("list", "pods"),
    Right("get", "pods"),
    Right("create", "pods/portforward"),
)
NAMESPACE = Right("get", "namespaces")  # its labels: whether it is marked production
ALL = (*LISTS.values(), *FORWARDS, NAMESPACE)


def secret(name: str) -> Right:
    """Return the right to read one Secret, which is asked for where the environment has no credentials."""
    return Right("get", "secrets", name=name)
