"""What preflight contracts are checked on: a platform, and what deploys it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from harness.platform import Platform
from harness.workloads.model import ConfigObject, Container, Objects, Ref, Service, Variable, Workload
from harness.workloads.variables import Effective, effective_variables


@dataclass(frozen=True)
class Deployment:
    """Workloads, services and config objects, and the platform that they are to be.

    `platform`: None where platform.yaml has mistakes that leave no platform. `values`: the charts' values, where they
    were given. `complete`: True when nothing is deployed besides, as in a cluster or in `local`.
    """

    objects: Objects
    platform: Platform | None = None
    values: tuple[Mapping[str, Any], ...] = ()
    complete: bool = False
    _effective: dict[int, Mapping[str, Effective]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def workloads(self) -> tuple[Workload, ...]:
        """Every workload."""
        return self.objects.workloads

    def containers(self) -> Iterator[tuple[Workload, Container]]:
        """Yield every container with its workload."""
        for workload in self.objects.workloads:
            for container in workload.containers:
                yield workload, container

    @cached_property
    def _configs(self) -> Mapping[tuple[str, str | None, str], ConfigObject]:
        return {(config.kind, config.namespace, config.name): config for config in self.objects.configs}

    def config(self, ref: Ref, namespace: str | None) -> ConfigObject | None:
        """Return the object that a workload of a namespace refers to, None where it was not read."""
        return self._configs.get((ref.kind, namespace, ref.name))

    @cached_property
    def _services(self) -> Mapping[str, tuple[Service, ...]]:
        named: dict[str, list[Service]] = defaultdict(list)
        for service in self.objects.services:
            named[service.name].append(service)
        return {name: tuple(services) for name, services in named.items()}

    def services_named(self, name: str) -> tuple[Service, ...]:
        """Return the services of a name, in whatever namespace."""
        return self._services.get(name, ())

    def variables(self, workload: Workload, container: Container) -> Mapping[str, Effective]:
        """Return a container's variables as its process will see them, as far as that is known."""
        if id(container) not in self._effective:
            self._effective[id(container)] = effective_variables(self, workload, container)
        return self._effective[id(container)]

    @cached_property
    def by_component(self) -> Mapping[str, tuple[Workload, ...]]:
        """The workloads of each component."""
        found: dict[str, list[Workload]] = defaultdict(list)
        for workload in self.objects.workloads:
            if workload.component:
                found[workload.component].append(workload)
        return {component: tuple(workloads) for component, workloads in found.items()}


def subject(workload: Workload, container: Container | None = None, variable: Variable | str | None = None) -> str:
    """Return how reports name a workload, a container or a variable of it."""
    parts = [workload.name]
    if container is not None:
        parts.append(container.name)
    if variable is not None:
        parts.append(variable if isinstance(variable, str) else variable.name)
    return "/".join(parts)
