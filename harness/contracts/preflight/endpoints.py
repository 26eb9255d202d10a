"""Endpoints, regions, buckets: each workload has what platform.yaml says, in the form that its consumer takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import TAKEN, Read, Seen, each_variable, preflight, settled, variable_case
from harness.contracts.registry import Case
from harness.platform import Platform
from harness.platform.problem import did_you_mean, one_of
from harness.workloads import Deployment
from harness.workloads.addresses import Address, address_of, place_of

_CATALOG = re.compile(r"(?:\w+_)?(?:POLARIS|CATALOG|ICEBERG(?:_REST)?|PYICEBERG_CATALOG__\w+?_)_(?:URI|URL|ENDPOINT)")
_STORE = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_S3_ENDPOINT", "S3_ENDPOINT", "S3_ENDPOINT_URL")
_BUCKET = re.compile(r"(?:\w+_)?BUCKET(?:_NAME)?")


def stores(platform: Platform) -> frozenset[str]:
    """Return the endpoints of platform.yaml's storage."""
    return frozenset(storage.endpoint for storage in platform.storage.values())


def regions(platform: Platform) -> frozenset[str]:
    """Return the regions of platform.yaml's storage."""
    return frozenset(storage.region for storage in platform.storage.values())


def the_platform(deployment: Deployment) -> Platform:
    """Return the platform of a deployment where a contract applies only to one that has it."""
    return cast(Platform, deployment.platform)


@preflight(
    "storage.endpoint-matches",
    promise="The store's address in a workload's variables is the one of platform.yaml.",
    requires=TAKEN,
    mend="set the variable to the endpoint of platform.yaml's storage, with its scheme",
    applies=settled(stores),
    each=each_variable(*_STORE, of=lambda workload: workload.component != "object-store"),
)
def storage_endpoint_matches(deployment: Deployment, seen: Seen) -> None:
    if not seen.text:
        return
    if seen.variable.name.startswith("AWS_ENDPOINT_URL") and "://" not in seen.text:
        raise Breach(
            f"{seen.variable.name} has no scheme, which AWS's clients refuse",
            expected=one_of(sorted(stores(the_platform(deployment)))),
            actual=seen.text,
        )
    same_place(deployment, seen, stores)


@preflight(
    "storage.region-matches",
    promise="The region in a workload's variables is a region of platform.yaml's storage.",
    requires=("config.keys-exist",),
    mend="set the variable to the region of platform.yaml's storage",
    applies=settled(regions),
    each=each_variable("AWS_REGION", "AWS_DEFAULT_REGION", of=lambda workload: workload.component is not None),
)
def storage_region_matches(deployment: Deployment, seen: Seen) -> None:
    allowed = regions(the_platform(deployment))
    if seen.text not in allowed:
        raise Breach(
            f"{seen.variable.name} is not what platform.yaml says",
            expected=one_of(sorted(allowed)),
            actual=seen.text or "empty",
        )


def _each_bucket(deployment: Deployment) -> Iterator[Case]:
    for workload, container in deployment.containers():
        for name, variable in deployment.variables(workload, container).items():
            if variable.known and variable.value and _BUCKET.fullmatch(name):
                yield variable_case(workload, container, variable)


@preflight(
    "storage.bucket-matches",
    promise="A layer's bucket in a workload's variables is the one that platform.yaml gives that layer.",
    requires=("config.keys-exist",),
    mend="set the variable to the bucket of the layer's storage in platform.yaml",
    applies=settled(lambda platform: tuple(s.bucket for s in platform.storage.values())),
    each=_each_bucket,
)
def storage_bucket_matches(deployment: Deployment, seen: Seen) -> None:
    platform = the_platform(deployment)
    words = seen.variable.name.lower().split("_")
    named = {platform.storage[layer.storage_ref].bucket for name, layer in platform.layers.items() if name in words}
    every = {storage.bucket for storage in platform.storage.values()}
    # A bucket of somebody else's is none of ours; one that is all but ours is a mistake.
    wrong = seen.text not in named if named else seen.text not in every and bool(did_you_mean(seen.text, every))
    if wrong:
        raise Breach(
            f"{seen.variable.name} is not what platform.yaml says{did_you_mean(seen.text, named or every)}",
            expected=one_of(sorted(named or every)),
            actual=seen.text,
        )


def _each_catalog(deployment: Deployment) -> Iterator[Case]:
    for workload, container in deployment.containers():
        for name, variable in deployment.variables(workload, container).items():
            if variable.known and variable.value and _CATALOG.fullmatch(name):
                yield variable_case(workload, container, variable)


def _catalogs(platform: Platform) -> frozenset[str]:
    return frozenset(catalog.uri for catalog in platform.catalogs.values())


@preflight(
    "catalog.uri-matches",
    promise="The catalog's address in a workload's variables is the one of platform.yaml.",
    requires=TAKEN,
    mend="set the variable to the host and port of platform.yaml's catalog uri",
    applies=settled(_catalogs),
    each=_each_catalog,
)
def catalog_uri_matches(deployment: Deployment, seen: Seen) -> None:
    same_place(deployment, seen, _catalogs)


def same_place(deployment: Deployment, seen: Seen, read: Read) -> None:
    """Raise Breach when an address is none of platform.yaml's."""
    urls = read(the_platform(deployment))
    there = address_of(seen.text) or Address(seen.text)
    namespace, known = seen.workload.namespace, deployment.namespaces
    wanted = {place_of(address, namespace, known) for url in urls if (address := address_of(url))}
    if place_of(there, namespace, known) not in wanted:
        raise Breach(
            f"{seen.variable.name} points elsewhere than platform.yaml",
            expected=one_of(sorted(urls)),
            actual=seen.text,
        )
