"""The platform as platform.yaml (version 1.2.0) describes it; every description here stands in the reference too."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from harness.platform.values import (
    Bucket,
    IsReference,
    LineageUrl,
    Region,
    RoleArn,
    SecretName,
    Text,
    Url,
    Warehouse,
)

Component = Literal[
    "object-store",
    "database",
    "catalog",
    "lineage-store",
    "trace-store",
    "orchestrator",
    "transform",
    "semantic-layer",
]
VERSION = "1.2.0"
Further = dict[str, Any]  # kept as it is written


class _Strict(BaseModel):
    """Every key is known: another is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class _Open(BaseModel):
    """Further keys are kept, and need not be known."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, hide_input_in_errors=True)


class SecretRef(_Strict):
    """The name under which a secret is found; never the secret."""

    secret_ref: SecretName = Field(description="the name of the secret")


Secret = Annotated[SecretRef, IsReference]


class StorageCredentials(_Strict):
    """How the store is entered."""

    mode: Literal["static", "iam", "vended", "none"] = Field(
        description="`static`: a key pair; `iam`: what the machine is allowed to; `vended`: what the catalog hands out"
    )
    secret_ref: SecretName | None = Field(default=None, description="the name of the key pair; needed by `static`")


class Storage(_Strict):
    """A bucket of an S3 store."""

    type: Literal["s3"] = Field(description="the kind of store")
    endpoint: Url = Field(description="base URL of the S3 API; never empty, which would mean the real AWS")
    region: Region = Field(description="the region that requests are signed for")
    bucket: Bucket = Field(description="the bucket")
    path_style_access: bool = Field(description="`true`: the bucket stands in the path, not in the host's name")
    credentials: StorageCredentials = Field(description="how the store is entered")


class Layer(_Strict):
    """A layer of the lake: a namespace of a catalog, in a bucket."""

    name: Text = Field(description="its name, the same as its key")
    description: str = Field(default="", description="what it is for, to a reader")
    storage_ref: Text = Field(description="a key of `storage`")
    catalog_ref: Text = Field(description="a key of `catalogs`; the same for all layers")
    namespace: Text = Field(description="simple (`bronze`) or nested (`analytics.bronze`), without the warehouse")
    retention_days: Annotated[int, Field(gt=0)] = Field(description="how long its data is kept, in days")
    properties: Further = Field(default={}, description="further properties, kept as they are")

    _bucket: str = PrivateAttr(default="")

    @property
    def location(self) -> str:
        """Where its namespace lies: `s3://<bucket>/<namespace>/`, the parts of a nested one as folders."""
        return f"s3://{self._bucket}/{self.namespace.replace('.', '/')}/"


class CatalogCredentials(_Strict):
    """How the catalog is entered."""

    mode: Literal["oauth2"] = Field(description="the kind of login")
    client_id: Secret = Field(description="reference to the client's id")
    client_secret: Secret = Field(description="reference to the client's secret")
    scope: Text = Field(default="PRINCIPAL_ROLE:ALL", description="the scope that a token is asked for")


class CatalogProperties(_Open):
    """What the catalog is made with."""

    role_arn: RoleArn | None = Field(default=None, description="the role that Polaris asks of the store's STS")
    sts_unavailable: bool = Field(default=False, description="`true`: the store has no STS, so no keys can be vended")


class Catalog(_Strict):
    """A Polaris catalog."""

    type: Literal["polaris"] = Field(description="the kind of catalog")
    uri: Url = Field(description="base URL of the catalog API, e.g. `http://host:8181/api/catalog`")
    warehouse: Warehouse = Field(description="the catalog's name in Polaris")
    namespace: Text | None = Field(default=None, description="the namespace that is meant when none is named")
    credentials: CatalogCredentials = Field(description="how the catalog is entered")
    access_delegation: Literal["none", "vended-credentials"] = Field(
        description="whether the catalog hands out keys for the store, or clients bring their own"
    )
    token_refresh_enabled: bool = Field(default=True, description="whether clients renew their token")
    properties: CatalogProperties = Field(default=CatalogProperties(), description="what the catalog is made with")


class ComputeProperties(_Open):
    """How an engine is set up."""

    path: Text = Field(default=":memory:", description="the database's file, or `:memory:`")
    threads: Annotated[int, Field(gt=0)] = Field(default=2, description="threads that the engine works with")


class Compute(_Strict):
    """An engine."""

    type: Literal["duckdb"] = Field(description="the kind of engine")
    properties: ComputeProperties = Field(default=ComputeProperties(), description="how it is set up")
    credentials: Further | None = Field(default=None, description="further properties of its login, kept as they are")


class Observability(_Open):
    """Where traces and lineage go, and who is observed."""

    traces: bool = Field(description="whether traces are sent")
    metrics: bool = Field(description="whether metrics are sent")
    lineage: bool = Field(description="whether lineage is sent")
    otlp_endpoint: Url | None = Field(default=None, description="the OTLP receiver; needed by `traces` and `metrics`")
    lineage_endpoint: LineageUrl | None = Field(
        default=None,
        description="where OpenLineage events go, with the full path `/api/v1/lineage`; needed by `lineage`",
    )
    attributes: dict[str, str | bool | int | float] = Field(default={}, description="attributes of every span")
    lineage_namespace: Text = Field(default="demo", description="the OpenLineage namespace of the jobs")
    services: dict[Component, Text] = Field(
        default={}, description="component → the service name under which it is observed"
    )


class Platform(_Strict):
    """The system under test."""

    version: Literal["1.2.0"] = Field(description="the version of this format")
    infrastructure: Further = Field(default={}, description="where it is deployed; further maps, kept as they are")
    security: Further = Field(default={}, description="further maps, kept as they are")
    governance: Further = Field(default={}, description="further maps, kept as they are")
    storage: dict[str, Storage] = Field(min_length=1, description="the stores, by a name of your choice")
    layers: dict[str, Layer] = Field(min_length=1, description="the layers, by name")
    catalogs: dict[str, Catalog] = Field(min_length=1, description="the catalogs, by a name of your choice")
    compute: dict[str, Compute] = Field(min_length=1, description="the engines, by a name of your choice")
    observability: Observability = Field(description="where traces and lineage go, and who is observed")

    def model_post_init(self, _: Any) -> None:
        for layer in self.layers.values():
            if layer.storage_ref in self.storage:
                layer._bucket = self.storage[layer.storage_ref].bucket

    def layer(self, name: str) -> Layer:
        """Return the layer of that name; raises KeyError."""
        return self.layers[name]

    def location(self, layer: str) -> str:
        """Return where a layer's namespace lies, e.g. `s3://iceberg-bronze/bronze/`; raises KeyError."""
        return self.layers[layer].location

    @property
    def catalog(self) -> Catalog:
        """The catalog that all layers name."""
        return self.catalogs[next(iter(self.layers.values())).catalog_ref]

    @property
    def warehouse(self) -> str:
        """The name of the catalog's warehouse."""
        return self.catalog.warehouse

    @property
    def services(self) -> dict[str, str]:
        """Component -> the service name under which it is observed."""
        return {str(component): service for component, service in self.observability.services.items()}

    @property
    def lineage_namespace(self) -> str:
        """The OpenLineage namespace of the jobs."""
        return self.observability.lineage_namespace

    @property
    def digest(self) -> str:
        """SHA-256 of what the file says, whatever its order of keys, comments, and defaults written out or not."""
        said = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()
