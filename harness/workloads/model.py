"""The workload model: what a platform deploys, in one form, wherever it was read from.

Plain data: no reading, no judging. Values of Secrets are never kept, only the names of their keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from harness.errors import Location

Origin = Literal["manifest", "cluster", "process", "run-pod"]
ConfigKind = Literal["ConfigMap", "Secret"]

LONG_RUNNING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"})


@dataclass(frozen=True)
class Ref:
    """A reference to a config object, and to one of its keys where one is meant."""

    kind: ConfigKind
    name: str
    key: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class Variable:
    """An environment variable: a value, a reference, or (both None) something that only a running pod knows."""

    name: str
    value: str | None = None
    ref: Ref | None = None
    location: Location | None = None


@dataclass(frozen=True)
class VariablesFrom:
    """All keys of a config object as variables."""

    ref: Ref
    prefix: str = ""
    location: Location | None = None


@dataclass(frozen=True)
class Mount:
    """A volume in a container's file system."""

    volume: str
    path: str
    read_only: bool = False
    sub_path: str | None = None


@dataclass(frozen=True)
class Volume:
    """A volume of a pod; `kind` is the field that Kubernetes has for it (`emptyDir`, `configMap`, …).

    `refs`: the config objects that it shows, a key each where `items` names them; `claim`: a PersistentVolumeClaim.
    """

    name: str
    kind: str
    refs: tuple[Ref, ...] = ()
    claim: str | None = None
    location: Location | None = None

    @property
    def writable(self) -> bool:
        """True for a volume that containers write into and share: emptyDir, or a claim."""
        return self.kind in ("emptyDir", "persistentVolumeClaim", "ephemeral")


@dataclass(frozen=True)
class Identity:
    """A securityContext: None where it says nothing."""

    user: int | None = None
    group: int | None = None
    fs_group: int | None = None
    fs_group_change_policy: str | None = None
    non_root: bool | None = None
    read_only_root: bool = False
    added_capabilities: frozenset[str] = frozenset()
    location: Location | None = None


@dataclass(frozen=True)
class Port:
    """A port that a container declares."""

    number: int
    name: str | None = None


@dataclass(frozen=True)
class Probe:
    """A probe over the network; one that runs a command has no port."""

    kind: Literal["readiness", "liveness", "startup"]
    port: int | str | None
    location: Location | None = None


@dataclass(frozen=True)
class Container:
    """A container, or the one process of a workload of `local`. Memory is in bytes."""

    name: str
    image: str | None = None
    init: bool = False
    variables: tuple[Variable, ...] = ()
    variables_from: tuple[VariablesFrom, ...] = ()
    mounts: tuple[Mount, ...] = ()
    identity: Identity = Identity()
    ports: tuple[Port, ...] = ()
    probes: tuple[Probe, ...] = ()
    command: tuple[str, ...] = ()
    memory_limit: int | None = None
    memory_request: int | None = None
    location: Location | None = None

    @property
    def script(self) -> str:
        """Command and arguments as one text."""
        return "\n".join(self.command)


@dataclass(frozen=True)
class Workload:
    """One deployable unit: a pod template and what runs it.

    `component`: its role in the stack, None when it is not known. `kind`: Deployment, StatefulSet, Job, …; `Process`
    in `local`; `RunPod` for the pods that the orchestrator starts. `labels`, `annotations`: of the pod.
    """

    name: str
    kind: str
    namespace: str | None = None
    component: str | None = None
    containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    identity: Identity = Identity()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = "manifest"
    location: Location | None = None

    @property
    def long_running(self) -> bool:
        """True for what is to stay up."""
        return self.kind in LONG_RUNNING or self.kind == "Process"

    @property
    def main(self) -> tuple[Container, ...]:
        """The containers that are no init containers."""
        return tuple(container for container in self.containers if not container.init)

    @cached_property
    def volume_named(self) -> Mapping[str, Volume]:
        """Its volumes by name."""
        return {volume.name: volume for volume in self.volumes}

    def user(self, container: Container) -> int | None:
        """Return the UID that a container is made to run as, None where the image decides."""
        return self.identity.user if container.identity.user is None else container.identity.user

    def non_root(self, container: Container) -> bool:
        """Return whether a container must not run as root."""
        own = container.identity.non_root
        return bool(self.identity.non_root if own is None else own)


@dataclass(frozen=True)
class ServicePort:
    """A port of a Service, and where it leads: a number, or the name of a container's port."""

    number: int
    target: int | str
    name: str | None = None


@dataclass(frozen=True)
class Service:
    """A name in the cluster's network; without a selector it leads out of what was read."""

    name: str
    namespace: str | None = None
    selector: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[ServicePort, ...] = ()
    external: bool = False
    location: Location | None = None


@dataclass(frozen=True)
class ConfigObject:
    """A ConfigMap, or a Secret whose values are not kept.

    `keys`: None when they are not known (a Secret that an operator makes). `texts`: a ConfigMap's values.
    """

    kind: ConfigKind
    name: str
    namespace: str | None = None
    keys: frozenset[str] | None = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    immutable: bool = False
    location: Location | None = None


@dataclass(frozen=True)
class Objects:
    """Everything that was read from one source."""

    workloads: tuple[Workload, ...] = ()
    services: tuple[Service, ...] = ()
    configs: tuple[ConfigObject, ...] = ()
    others: int = 0  # objects of kinds that say nothing about workloads

    def __iter__(self) -> Iterator[Workload]:
        return iter(self.workloads)
