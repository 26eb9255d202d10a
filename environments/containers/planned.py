"""What `containers` would run, as workloads: with no engine asked and nothing fetched, made or started."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from environments.containers.launch import WORKLOAD
from environments.containers.plan import PLATFORM, ContainerPlan
from environments.containers.specs import ContainerSpec, declare
from environments.local.effective import read_platform, write_effective
from environments.local.planned import secret_objects, variables_of
from environments.local.ports import USUAL
from environments.local.secrets import make_secrets
from harness import platform
from harness.settings import Settings
from harness.workloads import Container, Deployment, Objects, Port, Service, ServicePort, Workload


def planned(settings: Settings, folder: Path) -> Deployment:
    """Return the workloads of a stack with these settings, and its effective platform.yaml.

    A platform.yaml that makes no platform has no workloads either.
    """
    given = platform.read_platform(settings.platform)
    if given.platform is None:
        return Deployment(Objects(), given, complete=True)
    secrets = make_secrets()
    plan = ContainerPlan(folder, "", settings.images, USUAL, secrets, settings.scale)
    file = folder / PLATFORM
    write_effective(read_platform(settings.platform), plan.inside, file)
    specs = declare(plan)
    objects = Objects(
        tuple(_workload(spec, plan) for spec in specs),
        tuple(_name_in_the_network(spec) for spec in specs if spec.ports),
        secret_objects(secrets),
    )
    reading = replace(given, platform=platform.read_platform(file).platform)
    return Deployment(objects, reading, complete=True)


def _workload(spec: ContainerSpec, plan: ContainerPlan) -> Workload:
    container = Container(
        name=spec.name,
        image=spec.image,
        variables=variables_of(spec.env, plan.secrets),
        ports=tuple(Port(port) for port in spec.ports),
        command=spec.command,
    )
    return Workload(
        name=spec.name,
        kind="Job" if spec.job else "Process",
        component=spec.component,
        containers=(container,),
        labels={WORKLOAD: spec.name},
        origin="process",
    )


def _name_in_the_network(spec: ContainerSpec) -> Service:
    return Service(
        spec.name, selector={WORKLOAD: spec.name}, ports=tuple(ServicePort(port, port) for port in spec.ports)
    )
