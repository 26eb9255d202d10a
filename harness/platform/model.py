"""The platform as platform.yaml (version 1.2.0) describes it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

from harness.platform.namespaces import check_namespace

VERSION = "1.2.0"


def _is_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("a URL with http or https and a host is expected, e.g. http://host:8181")
    try:
        if parts.port == 0:
            raise ValueError
    except ValueError:
        raise ValueError("a port from 1 to 65535 is expected") from None
    return value


def _is_bucket(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value):
        raise ValueError("a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens")
    return value


def _is_reference(value: Any) -> Any:
    if isinstance(value, str):  # the value itself must not be shown: it may be the secret
        raise ValueError("a secret is referenced, never written out: {secret_ref: name}")
    return value


Url = Annotated[str, AfterValidator(_is_url)]
Bucket = Annotated[str, AfterValidator(_is_bucket)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class _Open(BaseModel):
    """Further maps are kept, and need not be known."""

    model_config = ConfigDict(extra="allow", strict=True, hide_input_in_errors=True)


class SecretRef(_Strict):
    """The name under which a secret is found; never the secret."""

    secret_ref: str


Secret = Annotated[SecretRef, BeforeValidator(_is_reference)]


class StorageCredentials(_Strict):
    """How the store is entered."""

    mode: Literal["static", "iam", "vended", "none"]
    secret_ref: str | None = None

    @model_validator(mode="after")
    def _static_needs_a_secret(self) -> StorageCredentials:
        if self.mode == "static" and not self.secret_ref:
            raise ValueError("mode static needs a secret_ref")
        return self


class Storage(_Strict):
    """A bucket of an S3 store."""

    type: Literal["s3"]
    endpoint: Url
    region: str
    bucket: Bucket
    path_style_access: bool = False
    credentials: StorageCredentials


class Layer(_Strict):
    """A layer of the lake: a namespace of a catalog, in a bucket."""

    name: str
    description: str = ""
    storage_ref: str
    catalog_ref: str
    namespace: str
    retention_days: int | None = None
    properties: dict[str, Any] = {}


class CatalogCredentials(_Strict):
    """How the catalog is entered."""

    mode: Literal["oauth2"]
    client_id: Secret
    client_secret: Secret
    scope: str = "PRINCIPAL_ROLE:ALL"


class Catalog(_Strict):
    """A Polaris catalog."""

    type: Literal["polaris"]
    uri: Url
    warehouse: str
    namespace: str | None = None
    credentials: CatalogCredentials
    access_delegation: Literal["none", "vended-credentials"] = "none"
    token_refresh_enabled: bool = True
    properties: dict[str, Any] = {}


class Compute(_Strict):
    """An engine."""

    type: Literal["duckdb"]
    properties: dict[str, Any] = {}
    credentials: dict[str, Any] | None = None


class Observability(_Open):
    """Where traces and lineage go, and who is observed."""

    traces: bool
    metrics: bool = False
    lineage: bool
    otlp_endpoint: Url | None = None
    lineage_endpoint: Url | None = None
    attributes: dict[str, str] = {}
    lineage_namespace: str = "default"
    services: dict[str, str] = {}

    @model_validator(mode="after")
    def _switched_on_needs_an_endpoint(self) -> Observability:
        if self.traces and not self.otlp_endpoint:
            raise ValueError("traces are switched on without an otlp_endpoint")
        if self.lineage and not self.lineage_endpoint:
            raise ValueError("lineage is switched on without a lineage_endpoint")
        return self


class Platform(_Strict):
    """The system under test."""

    version: Literal["1.2.0"]
    infrastructure: dict[str, Any] = {}
    security: dict[str, Any] = {}
    governance: dict[str, Any] = {}
    storage: dict[str, Storage]
    layers: dict[str, Layer]
    catalogs: dict[str, Catalog]
    compute: dict[str, Compute] = {}
    observability: Observability

    @property
    def catalog(self) -> Catalog:
        """The catalog of the layers."""
        return self.catalogs[next(iter(self.layers.values())).catalog_ref]

    @property
    def warehouse(self) -> str:
        """The name of the catalog's warehouse."""
        return self.catalog.warehouse

    @property
    def services(self) -> dict[str, str]:
        """Component -> the service name under which it is observed."""
        return self.observability.services

    @property
    def lineage_namespace(self) -> str:
        """The OpenLineage namespace of the jobs."""
        return self.observability.lineage_namespace

    def location(self, layer: str) -> str:
        """Return where a layer's namespace lies: `s3://<bucket>/<namespace>/`, a nested one's parts as folders."""
        found = self.layers[layer]
        return f"s3://{self.storage[found.storage_ref].bucket}/{found.namespace.replace('.', '/')}/"

    def problems(self) -> list[tuple[tuple[str, ...], str, list[str]]]:
        """Return what no field can know by itself: (key path, what is wrong, what is allowed)."""
        found: list[tuple[tuple[str, ...], str, list[str]]] = []
        if not self.layers:
            found.append((("layers",), "there is no layer", []))
        for key, layer in self.layers.items():
            for field, ref, known in (
                ("storage_ref", layer.storage_ref, list(self.storage)),
                ("catalog_ref", layer.catalog_ref, list(self.catalogs)),
            ):
                if ref not in known:
                    found.append((("layers", key, field), f"{ref!r} is not declared", known))
            catalog = self.catalogs.get(layer.catalog_ref)
            wrong = check_namespace(layer.namespace, catalog.warehouse if catalog else None)
            if wrong:
                found.append((("layers", key, "namespace"), wrong, []))
        for key, catalog in self.catalogs.items():
            wrong = catalog.namespace and check_namespace(catalog.namespace, catalog.warehouse)
            if wrong:
                found.append((("catalogs", key, "namespace"), wrong, []))
        return found
