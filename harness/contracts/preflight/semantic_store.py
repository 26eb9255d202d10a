"""The semantic layer's store: Cube's DuckDB has what platform.yaml says, in the form that DuckDB takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import TAKEN, Seen, preflight, settled, variable_case
from harness.contracts.preflight.endpoints import regions, same_place, stores, the_platform
from harness.contracts.registry import Case, Each
from harness.platform import Platform
from harness.platform.problem import one_of
from harness.workloads import Deployment
from harness.workloads.addresses import address_of, is_aws
from harness.workloads.variables import Effective, may_be_set_elsewhere

_S3 = "CUBEJS_DB_DUCKDB_S3_"
_HOST_PORT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")


def _styles(platform: Platform) -> frozenset[bool]:
    return frozenset(storage.path_style_access for storage in platform.storage.values())


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
    endpoints = stores(deployment.platform) if deployment.platform else ()
    return any((address := address_of(store)) is not None and is_aws(address.host) for store in endpoints)


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
    requires=("semantic.s3-endpoint-is-host-port", *TAKEN),
    mend="set CUBEJS_DB_DUCKDB_S3_ENDPOINT to the host and port of platform.yaml's storage",
    applies=settled(stores),
    each=_cube_setting("ENDPOINT"),
)
def s3_endpoint_matches(deployment: Deployment, seen: Seen) -> None:
    if seen.text:
        same_place(deployment, seen, stores)


@preflight(
    "semantic.s3-region-matches",
    promise="The S3 region of Cube's DuckDB is a region of platform.yaml's storage.",
    requires=("config.keys-exist",),
    mend="set CUBEJS_DB_DUCKDB_S3_REGION to the region of platform.yaml's storage",
    applies=settled(regions),
    each=_cube_setting("REGION"),
)
def s3_region_matches(deployment: Deployment, seen: Seen) -> None:
    allowed = regions(the_platform(deployment))
    if (seen.variable.value if seen.variable.value is not None else "us-east-1") not in allowed:
        raise Breach(
            f"{seen.variable.name} is not what platform.yaml says",
            expected=one_of(sorted(allowed)),
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
    styles = {"path" if style else "vhost" for style in _styles(the_platform(deployment))}
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
    applies=settled(stores),
    each=_cube_setting("USE_SSL"),
)
def s3_ssl_matches(deployment: Deployment, seen: Seen) -> None:
    wanted = {"true" if store.startswith("https:") else "false" for store in stores(the_platform(deployment))}
    if (seen.text or "true").lower() not in wanted:
        raise Breach(
            f"{seen.variable.name} is not what platform.yaml says",
            expected=one_of(sorted(wanted)),
            actual=seen.text or "not set, which is true",
        )
