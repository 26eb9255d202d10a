"""What preflight contracts are checked on: a platform, and what deploys it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from harness.platform import Platform, Reading
from harness.workloads.carried import PLATFORM_KEY, Carried, carried_by
from harness.workloads.model import ConfigObject, Container, Objects, Ref, Service, Variable, Workload
from harness.workloads.variables import Effective, effective_variables

T = TypeVar("T")


@dataclass(frozen=True)
class Deployment:
    """Workloads, services and config objects, and the platform that they are to be.

    `reading`: platform.yaml as it was read. `values`: the charts' values, where they were given. `complete`: True when
    nothing is deployed besides, as in a cluster or in `local`.
    """

    objects: Objects
    reading: Reading
    values: tuple[Mapping[str, Any], ...] = ()
    complete: bool = False
    _selected: dict[tuple[frozenset[tuple[str, str]], str | None], Sequence[Workload]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _effective: dict[int, Mapping[str, Effective]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def platform(self) -> Platform | None:
        """The platform; None where platform.yaml has mistakes that leave none."""
        return self.reading.platform

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
    def _configs(self) -> Mapping[tuple[str, str], Mapping[str | None, ConfigObject]]:
        named: dict[tuple[str, str], dict[str | None, ConfigObject]] = defaultdict(dict)
        for config in self.objects.configs:
            named[config.kind, config.name][config.namespace] = config
        return named

    def config(self, ref: Ref, namespace: str | None) -> ConfigObject | None:
        """Return the object that a workload of a namespace refers to, None where it was not read."""
        return _in(self._configs.get((ref.kind, ref.name), {}), namespace)

    @cached_property
    def _services(self) -> Mapping[str, Mapping[str | None, Service]]:
        named: dict[str, dict[str | None, Service]] = defaultdict(dict)
        for service in self.objects.services:
            named[service.name][service.namespace] = service
        return named

    def service(self, name: str, namespace: str | None) -> Service | None:
        """Return the service of a name in a namespace, None where it was not read."""
        return _in(self._services.get(name, {}), namespace)

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The namespaces that objects are written to lie in."""
        workloads = {workload.namespace for workload in self.objects.workloads}
        services = {service.namespace for service in self.objects.services}
        configs = {config.namespace for config in self.objects.configs}
        return frozenset(name for name in workloads | services | configs if name)

    @cached_property
    def carried(self) -> tuple[Carried, ...]:
        """Every copy of platform.yaml that the deployment carries in a ConfigMap."""
        return tuple(carried_by(config) for config in self.objects.configs if PLATFORM_KEY in config.texts)

    @cached_property
    def _labelled(self) -> Mapping[tuple[str, str], Mapping[str | None, Sequence[Workload]]]:
        found: dict[tuple[str, str], dict[str | None, list[Workload]]] = defaultdict(lambda: defaultdict(list))
        for workload in self.objects.workloads:
            for label in workload.labels.items():
                found[label][workload.namespace].append(workload)
        return found

    def labelled(self, label: tuple[str, str], namespace: str | None) -> Sequence[Workload]:
        """Return the workloads of a namespace whose pods have a label."""
        places = self._labelled.get(label, {})
        wanted = places if namespace is None else (namespace, None)
        return [workload for place in wanted for workload in places.get(place, ())]

    def selected(self, service: Service) -> Sequence[Workload]:
        """Return the workloads whose pods a service selects."""
        wanted = service.selector.items()
        key = (frozenset(wanted), service.namespace)
        if key not in self._selected:
            candidates = [self.labelled(label, service.namespace) for label in wanted]
            rarest = min(candidates, key=len, default=())
            self._selected[key] = tuple(workload for workload in rarest if wanted <= workload.labels.items())
        return self._selected[key]

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


def _in(places: Mapping[str | None, T], namespace: str | None) -> T | None:
    """Return what lies in a namespace; what names none lies in the one that Helm is given."""
    found = places.get(namespace, places.get(None))
    return next(iter(places.values()), None) if found is None and namespace is None else found


def subject(workload: Workload, container: Container | None = None, variable: Variable | str | None = None) -> str:
    """Return how reports name a workload, a container or a variable of it."""
    parts = [workload.name]
    if container is not None:
        parts.append(container.name)
    if variable is not None:
        parts.append(variable if isinstance(variable, str) else variable.name)
    return "/".join(parts)
