"""Endpoints, regions, buckets: each workload has what platform.yaml says, in the form that its consumer takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import Read, Seen, each_variable, preflight, settled, variable_case
from harness.contracts.registry import Case, Each
from harness.platform import Platform
from harness.platform.problem import did_you_mean, one_of
from harness.workloads import Deployment
from harness.workloads.addresses import Address, address_of, is_aws, place_of
from harness.workloads.variables import Effective, may_be_set_elsewhere

_S3 = "CUBEJS_DB_DUCKDB_S3_"
_HOST_PORT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")
_CATALOG = re.compile(r"(?:\w+_)?(?:POLARIS|CATALOG|ICEBERG(?:_REST)?|PYICEBERG_CATALOG__\w+?_)_(?:URI|URL|ENDPOINT)")
_STORE = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_S3_ENDPOINT", "S3_ENDPOINT", "S3_ENDPOINT_URL")
_BUCKET = re.compile(r"(?:\w+_)?BUCKET(?:_NAME)?")
_TAKEN = ("config.keys-exist", "service.hosts-resolve", "service.ports-served")


def _stores(platform: Platform) -> frozenset[str]:
    return frozenset(storage.endpoint for storage in platform.storage.values())


def _regions(platform: Platform) -> frozenset[str]:
    return frozenset(storage.region for storage in platform.storage.values())


def _styles(platform: Platform) -> frozenset[bool]:
    return frozenset(storage.path_style_access for storage in platform.storage.values())


def _platform(deployment: Deployment) -> Platform:
    return cast(Platform, deployment.platform)


def _cube_setting(name: str) -> Each:
    """Return a function that yields a setting of Cube's DuckDB, set or not, where the others are set by variables."""

    def each(deployment: Deployment) -> Iterator[Case]:
        for workload, container in deployment.containers():
            variables = deployment.variables(workload, container)
            if not container.init and any(other.startswith(_S3) for other in variables):
                found = variables.get(_S3 + name)
                if found is None and may_be_set_elsewhere(deployment, workload, container):
                    continue
                found = found or Effective(_S3 + name, None)
                if found.known:
                    yield variable_case(workload, container, found)

    return each


def _real_aws(deployment: Deployment) -> bool:
    """Return whether platform.yaml's store is the real AWS, which an empty endpoint means."""
    stores = _stores(deployment.platform) if deployment.platform else ()
    return any((address := address_of(store)) is not None and is_aws(address.host) for store in stores)


@preflight(
    "semantic.s3-endpoint-is-host-port",
    promise="The S3 endpoint of Cube's DuckDB is `host:port`, without a scheme, and not empty.",
    requires=("config.keys-exist",),
    mend="set CUBEJS_DB_DUCKDB_S3_ENDPOINT to host:port, as in floe-infra-localstack:4566",
    each=_cube_setting("ENDPOINT"),
)
def s3_endpoint_is_host_port(deployment: Deployment, seen: Seen) -> None:
    if not seen.text and not _real_aws(deployment):
        raise Breach(
            f"{seen.variable.name} is empty",
            expected="host:port",
            actual="empty",
            evidence="DuckDB takes an empty endpoint for the real AWS, s3.amazonaws.com",
        )
    if seen.text and not _HOST_PORT.fullmatch(seen.text):
        address = address_of(seen.text)
        said = f"{address.host}:{address.port}" if address else "host:port"
        raise Breach(
            f"{seen.variable.name} is no host:port",
            expected=said,
            actual=seen.text,
            evidence=f"DuckDB puts a scheme before it, and would ask for http://{seen.text}/…",
            mend=f"set it to {said}",
        )


@preflight(
    "semantic.s3-endpoint-matches",
    promise="The S3 endpoint of Cube's DuckDB is the store of platform.yaml.",
    requires=("semantic.s3-endpoint-is-host-port", *_TAKEN),
    mend="set CUBEJS_DB_DUCKDB_S3_ENDPOINT to the host and port of platform.yaml's storage",
    applies=settled(_stores),
    each=_cube_setting("ENDPOINT"),
)
def s3_endpoint_matches(deployment: Deployment, seen: Seen) -> None:
    if seen.text:
        _same_place(deployment, seen, _stores)


@preflight(
    "semantic.s3-region-matches",
    promise="The S3 region of Cube's DuckDB is a region of platform.yaml's storage.",
    requires=("config.keys-exist",),
    mend="set CUBEJS_DB_DUCKDB_S3_REGION to the region of platform.yaml's storage",
    applies=settled(_regions),
    each=_cube_setting("REGION"),
)
def s3_region_matches(deployment: Deployment, seen: Seen) -> None:
    regions = _regions(_platform(deployment))
    if (seen.variable.value if seen.variable.value is not None else "us-east-1") not in regions:
        raise Breach(
            f"{seen.variable.name} is not what platform.yaml says",
            expected=one_of(sorted(regions)),
            actual=seen.text or "not set, which is us-east-1" if seen.variable.value is None else seen.text or "empty",
        )


@preflight(
    "semantic.s3-url-style-matches",
    promise="The URL style of Cube's DuckDB is what platform.yaml's path_style_access says.",
    requires=("config.keys-exist",),
    mend="set CUBEJS_DB_DUCKDB_S3_URL_STYLE to path where path_style_access is true, else to vhost",
    applies=settled(_styles),
    each=_cube_setting("URL_STYLE"),
)
def s3_url_style_matches(deployment: Deployment, seen: Seen) -> None:
    styles = {"path" if style else "vhost" for style in _styles(_platform(deployment))}
    if (seen.text or "vhost") not in styles:
        raise Breach(
            f"{seen.variable.name} is not what platform.yaml says",
            expected=one_of(sorted(styles)),
            actual=seen.text or "not set, which is vhost",
        )


@preflight(
    "semantic.s3-ssl-matches",
    promise="Cube's DuckDB uses TLS exactly where platform.yaml's endpoint is https.",
    requires=("config.keys-exist",),
    mend="set CUBEJS_DB_DUCKDB_S3_USE_SSL to false for an endpoint with http, to true for https",
    applies=settled(_stores),
    each=_cube_setting("USE_SSL"),
)
def s3_ssl_matches(deployment: Deployment, seen: Seen) -> None:
    wanted = {"true" if store.startswith("https:") else "false" for store in _stores(_platform(deployment))}
    if (seen.text or "true").lower() not in wanted:
        raise Breach(
            f"{seen.variable.name} is not what platform.yaml says",
            expected=one_of(sorted(wanted)),
            actual=seen.text or "not set, which is true",
        )


@preflight(
    "storage.endpoint-matches",
    promise="The store's address in a workload's variables is the one of platform.yaml.",
    requires=_TAKEN,
    mend="set the variable to the endpoint of platform.yaml's storage, with its scheme",
    applies=settled(_stores),
    each=each_variable(*_STORE, of=lambda workload: workload.component != "object-store"),
)
def storage_endpoint_matches(deployment: Deployment, seen: Seen) -> None:
    if not seen.text:
        return
    if seen.variable.name.startswith("AWS_ENDPOINT_URL") and "://" not in seen.text:
        raise Breach(
            f"{seen.variable.name} has no scheme, which AWS's clients refuse",
            expected=one_of(sorted(_stores(_platform(deployment)))),
            actual=seen.text,
        )
    _same_place(deployment, seen, _stores)


@preflight(
    "storage.region-matches",
    promise="The region in a workload's variables is a region of platform.yaml's storage.",
    requires=("config.keys-exist",),
    mend="set the variable to the region of platform.yaml's storage",
    applies=settled(_regions),
    each=each_variable("AWS_REGION", "AWS_DEFAULT_REGION", of=lambda workload: workload.component is not None),
)
def storage_region_matches(deployment: Deployment, seen: Seen) -> None:
    regions = _regions(_platform(deployment))
    if seen.text not in regions:
        raise Breach(
            f"{seen.variable.name} is not what platform.yaml says",
            expected=one_of(sorted(regions)),
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
    platform = _platform(deployment)
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
    requires=_TAKEN,
    mend="set the variable to the host and port of platform.yaml's catalog uri",
    applies=settled(_catalogs),
    each=_each_catalog,
)
def catalog_uri_matches(deployment: Deployment, seen: Seen) -> None:
    _same_place(deployment, seen, _catalogs)


def _same_place(deployment: Deployment, seen: Seen, read: Read) -> None:
    """Raise Breach when an address is none of platform.yaml's."""
    urls = read(_platform(deployment))
    there = address_of(seen.text) or Address(seen.text)
    namespace, known = seen.workload.namespace, deployment.namespaces
    wanted = {place_of(address, namespace, known) for url in urls if (address := address_of(url))}
    if place_of(there, namespace, known) not in wanted:
        raise Breach(
            f"{seen.variable.name} points elsewhere than platform.yaml",
            expected=one_of(sorted(urls)),
            actual=seen.text,
        )
