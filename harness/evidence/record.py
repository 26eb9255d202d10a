"""The record of one scenario: what it did, what was said and logged meanwhile, and why it failed; JSON for others.

All times are seconds of the epoch; None where a time is not known. Docs: docs/reports.md, schema:
reports/viewer/record.schema.json.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["passed", "failed", "broken"]
State = Literal["held", "broken", "not judged"]


class Part(BaseModel):
    """What every part of a record has in common."""

    model_config = ConfigDict(extra="forbid")


class StepRecord(Part):
    """A step; `skipped` where one before it failed."""

    keyword: str
    name: str
    line: int
    begun: float | None = None
    ended: float | None = None
    status: Literal["passed", "failed", "skipped"] = "skipped"


class ExchangeRecord(Part):
    """A request and its answer; status 0 and `error` where no answer came."""

    begun: float
    milliseconds: int
    method: str
    url: str
    status: int
    error: str = ""
    request: str = ""
    answer: str = ""
    request_headers: dict[str, str] = {}
    answer_headers: dict[str, str] = {}
    curl: str = Field(default="", description="the command that sends it again; secrets are to be filled in")


class SpanRecord(Part):
    """A span of a trace that the scenario touched."""

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    begun: float
    seconds: float
    failed: bool = False
    tags: dict[str, str] = {}


class EventRecord(Part):
    """Something that happened at one time: a lineage event, an event of the orchestrator, a change of readiness."""

    at: float | None
    title: str
    of: str = Field(default="", description="whose event it is: a job, a run, a workload")
    bad: bool = False
    details: str = ""


class LogLine(Part):
    """A line of a log; `at` as it says itself, else as the line before it."""

    at: float | None
    text: str


class LogRecord(Part):
    """What a workload logged while the scenario ran."""

    workload: str
    lines: list[LogLine]
    left_out: int = Field(default=0, description="bytes of the same time that stand before the first line shown")


class ContractRecord(Part):
    """A contract as far as it was judged; `checked`: by the scenario itself."""

    id: str
    stage: str
    promise: str
    requires: list[str]
    state: State = "not judged"
    why: str = ""
    checked: bool = False


class RootRecord(Part):
    """A root cause."""

    contract: str
    stage: str | None = None
    subject: str | None = None
    expected: str | None = None
    actual: str | None = None
    mend: str | None = None
    location: str | None = None
    broke_with: list[str] = []
    found_by: str | None = None


class Record(Part):
    """A scenario from its first step to its last, and all that was recorded along with it."""

    version: Literal[1] = 1
    scenario: str
    feature: str
    file: str
    line: int
    node: str = Field(description="pytest's id of it, which repeats it")
    description: str = ""
    tags: list[str] = []
    status: Status
    environment: str = ""
    standins: list[str] = []
    begun: float
    ended: float
    told: str = Field(default="", description="what the terminal says of the failure")
    repeat: str = Field(default="", description="the command that repeats the scenario")
    steps: list[StepRecord] = []
    roots: list[RootRecord] = []
    judged: bool = Field(default=False, description="whether the roots are those of the whole run's diagnosis")
    contracts: list[ContractRecord] = []
    exchanges: list[ExchangeRecord] = []
    spans: list[SpanRecord] = []
    lineage: list[EventRecord] = []
    orchestrator: list[EventRecord] = []
    readiness: list[EventRecord] = []
    faults: list[EventRecord] = []
    logs: list[LogRecord] = []
    notes: list[str] = Field(default=[], description="what is missing here, and why")


def schema() -> dict[str, Any]:
    """Return the JSON schema of a record."""
    return Record.model_json_schema()
