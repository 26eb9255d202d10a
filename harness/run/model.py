"""What `run.json` says of a run; docs/run.schema.json is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Final = "floe-harness.run/1"  # the number changes when a reader of the old one would misread the new one

Status = Literal["passed", "failed", "broken", "flaky", "skipped"]
Blame = Literal["contract", "ENV", "HARNESS"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Git(_Part):
    """Where the harness and its platform stood."""

    commit: str = Field(description="the full commit id")
    dirty: bool = Field(description="whether files differed from the commit")


class Machine(_Part):
    """What the run ran on."""

    system: str
    release: str
    architecture: str
    cpus: int
    memory_bytes: int
    python: str


class Workload(_Part):
    """A workload of the stack, and what it was."""

    name: str
    component: str
    kind: Literal["real", "stand-in", "external"]
    version: str = ""
    image: str = Field(default="", description="the image it ran from; empty for a process")
    ready_seconds: float | None = None


class Promise(_Part):
    """A contract that the harness knew when it ran."""

    id: str
    stage: str
    promise: str


class Cause(_Part):
    """Why a scenario, or the run as a whole, did not pass."""

    blame: Blame = Field(description="contract: the platform broke it; ENV and HARNESS: never the platform's fault")
    contract: str | None = Field(default=None, description="the contract that was found broken")
    root: str | None = Field(default=None, description="fingerprint of the run's root that explains it; null: unnamed")
    fingerprint: str = Field(description="the same for the same cause in every run, environment and shard")
    told: str = Field(default="", description="the first words of the failure")


class Root(_Part):
    """A root cause: a broken contract whose requirements all hold."""

    contract: str
    stage: str
    subject: str | None = None
    expected: str | None = None
    actual: str | None = None
    mend: str | None = None
    location: str | None = None
    broke_with: tuple[str, ...] = Field(default=(), description="contracts that could not hold because of it")
    found_by: str | None = Field(default=None, description="the scenario, where only that one found it")
    fingerprint: str


class Scenario(_Part):
    """A scenario, and what came of it."""

    scenario: str = Field(description="feature file::name[example]")
    status: Status
    stage: str
    tags: tuple[str, ...] = ()
    seconds: float = 0.0
    contracts: tuple[str, ...] = Field(default=(), description="the contracts that it checked")
    cause: Cause | None = None
    told: str = Field(default="", description="the failure as it was printed")


class StageFigures(_Part):
    """A stage in figures."""

    scenarios: int
    passed: int
    seconds: float


class Run(_Part):
    """A run of scenarios."""

    format: Literal["floe-harness.run/1"] = FORMAT
    id: str
    complete: bool = Field(description="false until everything is written: a run that was killed stays so")
    begun: datetime
    ended: datetime | None = None
    exit_status: int | None = Field(default=None, description="pytest's")
    harness_version: str
    environment: str
    choices: Mapping[str, str] = Field(default={}, description="what was chosen of the environment, as the store")
    cell: str | None = Field(default=None, description="the cell of the matrix")
    shard: str | None = Field(default=None, pattern=r"^[1-9]\d*/[1-9]\d*$", description="I/N")
    retry_of: str | None = Field(default=None, description="id of the run whose ENV failures this one repeats")
    fault: str | None = Field(default=None, description="the fault that was injected on purpose")
    git: Git | None = None
    machine: Machine
    platform_file: str
    platform_digest: str = Field(description="SHA-256 of platform.yaml, byte by byte; empty where it is not there")
    code_digest: str = Field(description="SHA-256 of the files beside platform.yaml: the platform's code")
    seeds: Mapping[str, str] = Field(default={}, description="what fixes everything that looks like chance")
    stack: Mapping[str, Any] | None = Field(default=None, description="id, start_seconds, kept; null: nothing ran")
    workloads: tuple[Workload, ...] = ()
    promises: tuple[Promise, ...] = Field(default=(), description="every contract there was to check")
    collected: tuple[str, ...] = Field(default=(), description="scenarios that were found, selected or not")
    left_out: Mapping[str, tuple[str, ...]] = Field(default={}, description="why -> collected, and not for this run")
    scenarios: tuple[Scenario, ...] = ()
    stages: Mapping[str, StageFigures] = {}
    results: Mapping[str, float] = Field(default={}, description="seconds that making a stage's result took")
    contracts: Mapping[str, tuple[str, ...]] = Field(default={}, description="contract -> scenarios that checked it")
    roots: tuple[Root, ...] = ()
    unexplained: tuple[str, ...] = Field(default=(), description="failed scenarios that no root explains")
    diagnosis: Mapping[str, int] = Field(default={}, description="how many contracts held, broke, were not evaluated")
    failure: Cause | None = Field(default=None, description="why the run as a whole came to nothing")
