"""How a preflight contract is declared: on a deployment, case by case, silent where something is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.contracts.registry import Applies, Case, Check, Each, Stage, Target, always, contract, the_whole
from harness.platform import Platform
from harness.workloads import Container, Deployment, Workload, subject
from harness.workloads.addresses import address_of, service_at, service_name
from harness.workloads.variables import Effective

C = TypeVar("C", bound=Check)
Read = Callable[[Platform], Any]
TAKEN = (
    "config.keys-exist",
    "service.hosts-resolve",
    "service.ports-served",
)  # an address is known, and leads somewhere


def preflight(
    id: str,
    *,
    promise: str,
    mend: str,
    requires: tuple[str, ...] = (),
    applies: Applies = always,
    each: Each = the_whole,
) -> Callable[[C], C]:
    """Return a decorator that adds a check of a Deployment to the contracts."""
    return contract(
        id,
        stage=Stage.PREFLIGHT,
        promise=promise,
        requires=requires,
        mend=mend,
        takes=Target.DEPLOYMENT,
        applies=applies,
        each=each,
    )


@dataclass(frozen=True)
class Seen:
    """A variable as a container's process will see it."""

    workload: Workload
    container: Container
    variable: Effective

    @property
    def known(self) -> bool:
        """True when its value is known; an unset variable is, too."""
        return self.variable.known

    @property
    def text(self) -> str:
        """Its value; empty when it is not set."""
        return self.variable.value or ""


def variable_case(workload: Workload, container: Container, variable: Effective) -> Case:
    """Return the case of one variable of a container."""
    location = variable.location or container.location
    return Case(subject(workload, container, variable.name), {"seen": Seen(workload, container, variable)}, location)


def each_variable(*names: str, of: Callable[[Workload], bool] = lambda workload: True) -> Each:
    """Return a function that yields every variable of the names that is set to something that is known."""

    def each(deployment: Deployment) -> Iterator[Case]:
        for workload, container in deployment.containers():
            if of(workload):
                variables = deployment.variables(workload, container)
                for name in names:
                    if name in variables and variables[name].known:
                        yield variable_case(workload, container, variables[name])

    return each


def each_workload(of: Callable[[Workload], bool]) -> Each:
    """Return a function that yields every workload for which `of` is true."""
    return lambda deployment: (
        Case(subject(workload), {"workload": workload}, workload.location)
        for workload in deployment.workloads
        if of(workload)
    )


def each_container(of: Callable[[Workload, Container], bool]) -> Each:
    """Return a function that yields every container for which `of` is true."""
    return lambda deployment: (
        Case(subject(workload, container), {"workload": workload, "container": container}, container.location)
        for workload, container in deployment.containers()
        if of(workload, container)
    )


def platform_is_read(deployment: Deployment) -> str | None:
    """Return why there is no platform to compare with, None where there is one."""
    return None if deployment.platform else "platform.yaml has mistakes that leave no platform"


def settled(*reads: Read) -> Applies:
    """Return a function that says why values of platform.yaml are no measure, None where they are one.

    They are none where the deployed copy of platform.yaml says something else, or where they are an address that
    leads nowhere: other contracts tell that, once.
    """

    def applies(deployment: Deployment) -> str | None:
        if deployment.platform is None:
            return platform_is_read(deployment)
        for read in reads:
            value = read(deployment.platform)
            if any(copy.platform and read(copy.platform) != value for copy in deployment.carried):
                return "the deployed copy of platform.yaml says something else"
            for text in value if isinstance(value, frozenset) else (value,):
                if isinstance(text, str) and leads_nowhere(deployment, text):
                    return f"{text} of platform.yaml leads nowhere"
        return None

    return applies


def leads_nowhere(deployment: Deployment, text: str, namespace: str | None = None) -> bool:
    """Return whether an address means a Service that is not there, or a port that it has not."""
    address = address_of(text)
    if address is None or service_name(address.host, namespace, deployment.namespaces) is None:
        return False
    service = service_at(deployment, address.host, namespace)
    if service is None:
        return is_whole(deployment)
    return not service.external and address.port is not None and address.port not in {p.number for p in service.ports}


def is_whole(deployment: Deployment) -> bool:
    """Return whether the platform's services were read, so that a name without one leads nowhere.

    They were when it is known, or when an endpoint of platform.yaml is among them. One chart of several is not whole.
    """
    if deployment.complete:
        return True
    return any(service_at(deployment, address.host, None) for address in _endpoints(deployment) if address)


def _endpoints(deployment: Deployment) -> Iterable[Any]:
    return (address_of(text) for _, text in platform_endpoints(deployment.platform))


def platform_endpoints(platform: Platform | None) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the key and the value of every endpoint in platform.yaml."""
    if platform is None:
        return
    for name, storage in platform.storage.items():
        yield ("storage", name, "endpoint"), storage.endpoint
    for name, catalog in platform.catalogs.items():
        yield ("catalogs", name, "uri"), catalog.uri
    seen = platform.observability
    for key, value in (("otlp_endpoint", seen.otlp_endpoint), ("lineage_endpoint", seen.lineage_endpoint)):
        if value:
            yield ("observability", key), value
