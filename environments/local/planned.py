"""What `local` would run, as workloads: the recipes' process specs, with nothing fetched, made or started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from environments.local.effective import endpoints_of, read_platform, write_effective
from environments.local.external import externals
from environments.local.plan import Plan, project_of
from environments.local.ports import USUAL
from environments.local.process import ProcessSpec
from environments.local.provision import planned_parts
from environments.local.secrets import make_secrets
from environments.local.workloads import declare
from harness import platform
from harness.settings import Settings
from harness.workloads import ConfigObject, Container, Deployment, Objects, Port, Ref, Variable, Workload


def planned(settings: Settings, folder: Path) -> Deployment:
    """Return the workloads of a stack with these settings, at their usual ports, and its effective platform.yaml.

    `folder`: takes what the recipes write (configuration files, no data). A platform.yaml that makes no platform has no
    workloads either.
    """
    given = platform.read_platform(settings.platform)
    if given.platform is None:
        return Deployment(Objects(), given, complete=True)
    secrets = make_secrets()
    addresses = {server.name: server.url for server in externals(settings, secrets)}
    endpoints = endpoints_of(USUAL, addresses.get("polaris"), addresses.get("marquez"))
    file = folder / "platform.yaml"
    write_effective(read_platform(settings.platform), endpoints, file)
    project = project_of(settings.platform)
    plan = Plan(
        file, folder, planned_parts(), endpoints, USUAL, secrets, settings.object_store, settings.scale, project
    )
    workloads = tuple(as_workload(spec, secrets) for spec in declare(plan, without=frozenset(addresses)))
    # The endpoints are the effective ones; mistakes and places are those of the user's own file.
    reading = replace(given, platform=platform.read_platform(file).platform)
    return Deployment(Objects(workloads, configs=secret_objects(secrets)), reading, complete=True)


def as_workload(spec: ProcessSpec, secrets: Mapping[str, str]) -> Workload:
    """Return a process as a workload; a variable that carries a secret becomes a reference to it."""
    container = Container(
        name=spec.name,
        variables=variables_of(spec.env, secrets),
        ports=tuple(Port(number, name) for name, number in spec.ports.items()),
        command=tuple(spec.command),
    )
    return Workload(
        name=spec.name,
        kind="Job" if spec.job else "Process",
        component=spec.component,
        containers=(container,),
        origin="process",
    )


def variables_of(env: Mapping[str, str], secrets: Mapping[str, str]) -> tuple[Variable, ...]:
    """Return an environment as a workload's variables, in which no secret stands."""
    return tuple(_variable(name, value, secrets) for name, value in env.items())


def _variable(name: str, value: str, secrets: Mapping[str, str]) -> Variable:
    for secret, hidden in secrets.items():
        if value == hidden:
            return Variable(name, ref=_ref(secret))
        if hidden in value:
            return Variable(name)  # a secret is part of it: what it is, is nobody's business
    return Variable(name, value)


def _ref(secret: str) -> Ref:
    name, _, key = secret.partition(".")
    return Ref("Secret", name, key or "value")


def secret_objects(secrets: Mapping[str, str]) -> tuple[ConfigObject, ...]:
    """Return the Secrets that the workloads' variables refer to."""
    keys: dict[str, set[str]] = {}
    for ref in map(_ref, secrets):
        keys.setdefault(ref.name, set()).add(str(ref.key))
    return tuple(ConfigObject("Secret", name, keys=frozenset(found)) for name, found in keys.items())
