"""The running platform as an environment hands it over: endpoints, workloads, logs; saved as one private file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["real", "stand-in", "external"]

# The names under which endpoints are found in `Stack.endpoints`; each value is a base URL without a trailing slash.
OBJECT_STORE = "object-store"  # S3 and STS, http://host:port
CATALOG = "catalog"  # Polaris; the catalog API is below /api/catalog, the management API below /api/management
CATALOG_HEALTH = "catalog-health"  # Polaris' management port: /q/health
ORCHESTRATOR = "orchestrator"  # Dagster's webserver; GraphQL is at /graphql
SEMANTIC_LAYER = "semantic-layer"  # Cube's API; /cubejs-api/v1
SEMANTIC_REFRESH = "semantic-refresh"  # Cube's refresh worker
TRACE_STORE = "trace-store"  # Jaeger's query API; /api/traces
OTLP_HTTP = "otlp-http"  # Jaeger's OTLP receiver over HTTP
OTLP_GRPC = "otlp-grpc"  # Jaeger's OTLP receiver over gRPC
LINEAGE_STORE = "lineage-store"  # Marquez; /api/v1
DATABASE = "database"  # postgresql://user@host:port/database, without a password


class Container(BaseModel):
    """A container that a workload runs in."""

    model_config = ConfigDict(extra="forbid")

    engine: str = Field(description="the address of its engine's API, as DOCKER_HOST has it")
    id: str

    def __str__(self) -> str:
        return f"container {self.id[:12]}"


class Pods(BaseModel):
    """The pods of a workload in a cluster."""

    model_config = ConfigDict(extra="forbid")

    kubeconfig: Path = Field(description="the way into the cluster")
    namespace: str
    app: str = Field(description="their label app.kubernetes.io/name")

    def __str__(self) -> str:
        return f"pods {self.app} of {self.namespace}"


class WorkloadState(BaseModel):
    """One workload of a running stack: a process, a container, pods, or none (an ended job, an external server)."""

    model_config = ConfigDict(extra="forbid")

    name: str
    component: str
    kind: Kind
    version: str = ""
    pid: int | None = None
    created: float | None = Field(default=None, description="its creation time: a recycled pid has another")
    container: Container | None = None
    pods: Pods | None = None
    log: Path | None = None
    ready_seconds: float | None = Field(default=None, description="from its own start until its readiness check held")
    ready_by: str = Field(default="", description="the fact that proved readiness, in words")

    @property
    def runs_as(self) -> str | None:
        """What it runs as in this stack, in words; None for a job that has ended and for an external server."""
        if (inside := self.container or self.pods) is not None:
            return str(inside)
        return f"process {self.pid}" if self.pid is not None else None


class Stack(BaseModel):
    """A running platform with its endpoints, workloads and logs."""

    model_config = ConfigDict(extra="forbid")

    id: str
    environment: str
    folder: Path = Field(description="private folder (0700) of everything that the stack keeps")
    platform_file: Path = Field(description="the effective platform.yaml, as the workloads are given it")
    made_from: Path | None = Field(default=None, description="the platform.yaml that the user wrote")
    scale: int = Field(default=1, description="what the demo's rows were multiplied by")
    digest: str = Field(description="digest of what the stack was made from, but for `code`")
    code: dict[str, str] = Field(
        default_factory=dict, description="part of the platform's code that may be replaced while it is up -> digest"
    )
    endpoints: dict[str, str] = Field(description="as this machine reaches them, which a workload may not")
    workloads: list[WorkloadState]
    secrets_file: Path = Field(description="0600 JSON: secret_ref of platform.yaml -> value")
    start_seconds: float | None = None
    keep: bool = False
    read_only: bool = Field(default=False, description="nothing is written: no job is run, no canary is sent")

    @property
    def standins(self) -> list[str]:
        """Names of the workloads that stand in for a real server."""
        return [w.name for w in self.workloads if w.kind == "stand-in"]

    def secret(self, ref: str) -> str:
        """Return the value of a `secret_ref`; raises KeyError when the stack does not know it."""
        value = json.loads(self.secrets_file.read_text())[ref]
        assert isinstance(value, str)
        return value

    def workload(self, name: str) -> WorkloadState:
        """Return the workload of that name; raises KeyError."""
        for workload in self.workloads:
            if workload.name == name:
                return workload
        raise KeyError(name)

    def save(self) -> Path:
        """Write `<folder>/stack.json` (0600) whole or not at all, and return its path."""
        path = self.folder / "stack.json"
        draft = self.folder / f".stack.json.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(self.model_dump_json(indent=2))
        draft.replace(path)
        return path

    @classmethod
    def read(cls, path: Path) -> Stack:
        """Read a stack file; raises OSError or pydantic.ValidationError."""
        return cls.model_validate_json(path.read_text())
