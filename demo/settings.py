"""What platform.yaml and the environment tell the platform's own code: read once, where a process starts.

`PLATFORM_FILE` names platform.yaml; `secret_ref: some-name` is read from the variable `SOME_NAME`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML


class SettingsError(ValueError):
    """platform.yaml or the environment lacks something; the message names the key or the variable."""


@dataclass(frozen=True)
class Store:
    """An S3 store and the keys that the platform has for it."""

    endpoint: str  # with scheme, never empty: an empty one would reach for the real AWS
    region: str
    path_style: bool
    key_id: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def host(self) -> str:
        """`host:port`, as DuckDB wants its ENDPOINT."""
        return urlsplit(self.endpoint).netloc

    @property
    def tls(self) -> bool:
        """True when the store is reached by https."""
        return urlsplit(self.endpoint).scheme == "https"


@dataclass(frozen=True)
class Layer:
    """A layer of the lake: its namespace in the catalog and its place in the store."""

    name: str
    namespace: str
    bucket: str
    retention_days: int

    @property
    def location(self) -> str:
        """Where the namespace's tables lie, with a trailing slash."""
        return f"s3://{self.bucket}/{self.namespace.replace('.', '/')}/"


@dataclass(frozen=True)
class Catalog:
    """The Iceberg catalog and how to log in."""

    uri: str  # of the catalog API, e.g. http://host:8181/api/catalog
    warehouse: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    vended: bool  # True: the catalog hands out the keys for the store
    role_arn: str | None  # what the catalog asks the store's STS for
    sts_unavailable: bool

    @property
    def token_uri(self) -> str:
        """Where a token is asked for, by form."""
        return f"{self.uri}/v1/oauth/tokens"


@dataclass(frozen=True)
class Settings:
    """Everything that the platform's code needs to know of where it runs."""

    catalog: Catalog
    store: Store
    layers: Mapping[str, Layer]
    threads: int
    services: Mapping[str, str]  # component -> OTLP service name
    traces: bool
    lineage: bool
    lineage_namespace: str
    attributes: Mapping[str, str]  # of every span

    def layer(self, name: str) -> Layer:
        """Return the layer of that name; raises SettingsError when platform.yaml has none."""
        try:
            return self.layers[name]
        except KeyError:
            raise SettingsError(f"Layer {name!r} not configured. Available layers: {sorted(self.layers)}") from None

    def table(self, layer: str, name: str) -> str:
        """Return `<namespace>.<table>` of a table in a layer."""
        return f"{self.layer(layer).namespace}.{name}"


def read(env: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of this process; raises SettingsError."""
    file = Path(_variable(env, "PLATFORM_FILE"))
    try:
        platform = YAML(typ="safe").load(file)
    except OSError as error:
        raise SettingsError(f"PLATFORM_FILE {file} cannot be read: {error.strerror}") from error
    observability = platform.get("observability") or {}
    stores = {layer["storage_ref"]: platform["storage"][layer["storage_ref"]] for layer in platform["layers"].values()}
    catalogs = {layer["catalog_ref"] for layer in platform["layers"].values()}
    if len(catalogs) != 1:
        raise SettingsError(f"the layers of {file} must name one catalog, not {sorted(catalogs)}")
    return Settings(
        catalog=_catalog(platform["catalogs"][catalogs.pop()], env),
        store=_store(stores, env),
        layers={
            name: Layer(
                name,
                namespace=layer["namespace"],
                bucket=platform["storage"][layer["storage_ref"]]["bucket"],
                retention_days=int(layer["retention_days"]),
            )
            for name, layer in platform["layers"].items()
        },
        threads=int(platform["compute"]["duckdb"].get("properties", {}).get("threads", 2)),
        services=observability.get("services") or {},
        traces=bool(observability.get("traces")),
        lineage=bool(observability.get("lineage")),
        lineage_namespace=observability.get("lineage_namespace", "demo"),
        attributes={key: str(value) for key, value in (observability.get("attributes") or {}).items()},
    )


def _variable(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        raise SettingsError(f"the variable {name} is not set")
    return env[name]


def _secret(env: Mapping[str, str], ref: str, key: str = "") -> str:
    return _variable(env, f"{ref}-{key}".rstrip("-").replace("-", "_").upper())


def _address(value: str | None, key: str) -> str:
    parts = urlsplit(value or "")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{key} must be http(s)://host:port, not {value!r}")
    return str(value).rstrip("/")


def _store(stores: Mapping[str, Mapping[str, Any]], env: Mapping[str, str]) -> Store:
    # One DuckDB session has one S3 endpoint and one set of keys, so all layers must lie in one store.
    found = {
        Store(
            endpoint=_address(store.get("endpoint"), f"storage.{name}.endpoint"),
            region=store["region"],
            path_style=bool(store["path_style_access"]),
            key_id=_secret(env, store["credentials"]["secret_ref"], "access-key-id"),
            secret=_secret(env, store["credentials"]["secret_ref"], "secret-access-key"),
        )
        for name, store in stores.items()
    }
    if len(found) != 1:
        raise SettingsError(f"storage {sorted(stores)} must lie in one store: endpoint, region and keys differ")
    return found.pop()


def _catalog(catalog: Mapping[str, Any], env: Mapping[str, str]) -> Catalog:
    login, properties = catalog["credentials"], catalog.get("properties") or {}
    return Catalog(
        uri=_address(catalog["uri"], "catalogs.uri"),
        warehouse=catalog["warehouse"],
        client_id=_secret(env, login["client_id"]["secret_ref"]),
        client_secret=_secret(env, login["client_secret"]["secret_ref"]),
        scope=login["scope"],
        vended=catalog.get("access_delegation") == "vended-credentials",
        role_arn=properties.get("role_arn"),
        sts_unavailable=bool(properties.get("sts_unavailable")),
    )
