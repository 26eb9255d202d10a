"""Credentials: how the catalog comes by keys for the store, and who is told secrets.

What stands behind it was seen with Polaris 1.7.0 and LocalStack 3.0.2: Polaris asks the store's STS for a role unless
the catalog says stsUnavailable; without a roleArn it asks for none, and an emulator's STS answers that with 500.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import Seen as Variable
from harness.contracts.preflight.declare import platform_is_read, preflight, variable_case
from harness.contracts.preflight.init_job import storage_configs, texts_of_jobs
from harness.contracts.registry import Case
from harness.errors import Location
from harness.platform.problem import has_login, names_a_secret
from harness.workloads import Deployment
from harness.workloads.addresses import address_of, is_aws

_DUMMY = "test"  # the key that LocalStack's own documentation gives, and takes from anybody
_SECRET_NAME = re.compile(r"(?:^|_)SECRET$")
_LATER = re.compile(r"\$[({]|^secret:|^vault:|^ref\+")  # put in by a later expansion
_ROLE_WORDS = re.compile(r"role_?arn", re.IGNORECASE)
_NO_STS = re.compile(r"sts_?unavailable", re.IGNORECASE)


@dataclass(frozen=True)
class Lending:
    """How a catalog is told to lend keys: by platform.yaml, or by what the init job sends."""

    where: str
    role: str | None
    sts_unavailable: bool
    endpoint: str | None
    location: Location | None


def _each_lending(deployment: Deployment) -> Iterator[Case]:
    sent = list(storage_configs(deployment))
    for name, location, content in sent:
        endpoint = content.get("stsEndpoint") or content.get("endpoint")
        role = content.get("roleArn")
        lending = Lending(
            f"storageConfigInfo in {name}",
            role if isinstance(role, str) else None,
            content.get("stsUnavailable") is True,
            endpoint if isinstance(endpoint, str) else None,
            location,
        )
        yield Case(name, {"lending": lending}, location)
    if not sent:
        yield from _each_declared(deployment)
    yield from _each_emptied(deployment)


def _each_declared(deployment: Deployment) -> Iterator[Case]:
    """Yield what platform.yaml's catalogs are made with, where that is all there is to go by."""
    platform = deployment.platform
    for name, catalog in platform.catalogs.items() if platform else ():
        # Who leaves the properties away may send the role in another way; the job that makes the catalog is asked.
        if "properties" in catalog.model_fields_set or (_makes_catalog(deployment) and not _names_a_role(deployment)):
            place = deployment.reading.locate(("catalogs", name, "properties"))
            said = catalog.properties
            where = f"catalogs.{name}.properties"
            lending = Lending(where, said.role_arn, said.sts_unavailable, _store(deployment), place)
            yield Case(f"platform.yaml/catalogs.{name}", {"lending": lending}, place)


def _each_emptied(deployment: Deployment) -> Iterator[Case]:
    """Yield the roles that a variable or a chart's values set to nothing, unless they say that there is no STS, too."""
    empty: list[Case] = []
    without_sts = False
    for workload, container in deployment.containers():
        for name, variable in deployment.variables(workload, container).items():
            without_sts |= bool(_NO_STS.search(name)) and str(variable.value).lower() == "true"
            if _ROLE_WORDS.search(name) and variable.known and variable.value == "":
                empty.append(variable_case(workload, container, variable))
    for values in deployment.values:
        for path, value in _leaves(values, ()):
            without_sts |= bool(_NO_STS.search(path[-1])) and value is True
            if _ROLE_WORDS.search(path[-1]) and value == "":
                empty.append(Case(f"values/{'.'.join(path)}"))
    platform = deployment.platform
    without_sts |= platform is not None and any(c.properties.sts_unavailable for c in platform.catalogs.values())
    for case in empty:
        where = case.subject.rpartition("/")[2]
        lending = Lending(where, None, without_sts, _store(deployment), case.location)
        yield Case(case.subject, {"lending": lending}, case.location)


def _store(deployment: Deployment) -> str | None:
    platform = deployment.platform
    return next((storage.endpoint for storage in platform.storage.values()), None) if platform else None


def _leaves(values: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(values, Mapping) and len(path) < 10:
        for key, value in values.items():
            yield from _leaves(value, (*path, str(key)))
    elif path:
        yield path, values


def _makes_catalog(deployment: Deployment) -> bool:
    return any(job for job, _ in texts_of_jobs(deployment))


def _names_a_role(deployment: Deployment) -> bool:
    return any(_ROLE_WORDS.search(text) for _, text in texts_of_jobs(deployment))


@preflight(
    "catalog.role-fits-store",
    promise="A catalog on an emulator has a role to ask its STS for, or is told that there is no STS.",
    requires=("platform.well-formed",),
    mend="keep the roleArn, e.g. arn:aws:iam::000000000000:role/polaris (its STS answers); or set stsUnavailable: true "
    "and access_delegation: none, and let the clients bring their own keys. An empty roleArn is the cause, not a mend",
    each=_each_lending,
)
def role_fits_store(deployment: Deployment, lending: Lending) -> None:
    if lending.role == "":
        raise Breach(
            f"the role of {lending.where} is empty",
            expected="the ARN of a role, or no roleArn where stsUnavailable is true",
            actual='""',
            evidence="Polaris answers 400 ARN must not be empty",
        )
    address = address_of(lending.endpoint or "")
    emulator = address is not None and not is_aws(address.host)
    if emulator and lending.role is None and not lending.sts_unavailable:
        raise Breach(
            f"{lending.where} has no roleArn, and the store is {lending.endpoint}, no real AWS",
            expected="a roleArn, or stsUnavailable: true with access_delegation: none",
            actual="no roleArn",
            evidence="Polaris calls AssumeRole without a RoleArn, which an emulator's STS answers with 500",
        )


@preflight(
    "catalog.vending-fits-store",
    promise="A catalog that is told that there is no STS is not asked for vended credentials.",
    requires=("platform.vending-possible",),
    mend="set access_delegation: none and let the clients bring their own keys, or leave stsUnavailable away",
    applies=platform_is_read,
    each=lambda deployment: (
        case for case in _each_lending(deployment) if case.params["lending"].where.startswith("storageConfigInfo")
    ),
)
def vending_fits_store(deployment: Deployment, lending: Lending) -> None:
    platform = deployment.platform
    vended = platform is not None and any(
        catalog.access_delegation == "vended-credentials" for catalog in platform.catalogs.values()
    )
    if lending.sts_unavailable and vended:
        raise Breach(
            f"{lending.where} says stsUnavailable, and platform.yaml has the catalog vend credentials",
            expected="access_delegation: none, or no stsUnavailable",
            actual="stsUnavailable: true with access_delegation: vended-credentials",
            evidence="Polaris answers 400 Credential vending was requested, but no credentials are available",
        )


def _each_set(deployment: Deployment) -> Iterator[Case]:
    for workload, container in deployment.containers():
        for variable in container.variables:
            if variable.value and (_is_secret(variable.name) or has_login(variable.value)):
                seen = deployment.variables(workload, container)[variable.name]
                yield variable_case(workload, container, seen)


def _is_secret(name: str) -> bool:
    return names_a_secret(name) or bool(_SECRET_NAME.search(name))


@preflight(
    "secrets.not-written-out",
    promise="No manifest holds a secret as a plain value.",
    mend="put it into a Secret, name it by secretKeyRef, and change it: it was seen",
    each=_each_set,
)
def not_written_out(deployment: Deployment, seen: Variable) -> None:
    written = next(v for v in reversed(seen.container.variables) if v.name == seen.variable.name)
    value = written.value or ""
    if value == _DUMMY or _LATER.search(value):
        return
    raise Breach(
        f"{seen.variable.name} is written out",
        expected="valueFrom: {secretKeyRef: …}",
        actual="a plain value (not shown)",
    )
