"""The policy: what has to be so for a release to be signed off."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.contracts.registry import Stage
from harness.platform.document import Document
from harness.platform.problem import PlatformErrors
from harness.platform.refusal import problems_of


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Campaign(_Part):
    """What `harness faults run --json` must have shown."""

    faults: int = Field(default=1, ge=1, description="the least number of faults that were injected")
    named: float = Field(default=1.0, ge=0, le=1, description="the least share of them that was named")
    at_earliest: float = Field(default=0.0, ge=0, le=1, description="the least share named at the earliest stage")
    silent_runs: int = Field(default=1, ge=0, description="the least number of clean and harmless runs")
    alarms: int = Field(default=0, ge=0, description="the most false alarms in them")


class Policy(_Part):
    """What a release needs; a policy that says nothing asks for every stage, once, without a failure."""

    stages: tuple[Stage, ...] = Field(
        default=tuple(Stage), min_length=1, description="stages with a passed scenario in every environment"
    )
    environments: tuple[str, ...] = Field(
        default=("local",), min_length=1, description="environments that must have been run"
    )
    contracts: tuple[str, ...] = Field(
        default=(), description="contracts that a passed scenario must have checked, in every environment"
    )
    all_contracts: bool = Field(default=False, description="whether that is asked of every contract there is")
    requirements: tuple[str, ...] = Field(
        default=(), description="requirements that a passed scenario must be tagged with, as @req:NAME"
    )
    flaky: int = Field(default=0, ge=0, description="the most scenarios that may have passed only on a retry")
    max_age_hours: float = Field(default=24.0, gt=0, description="how long ago the oldest run may have ended, in hours")
    same_commit: bool = Field(default=True, description="whether all runs must be of one commit")
    same_platform: bool = Field(default=True, description="whether all runs must be of one platform.yaml and its code")
    clean_tree: bool = Field(default=True, description="whether no run may be of files that differ from the commit")
    stand_ins: bool = Field(default=True, description="whether a stand-in may have run in place of a real server")
    campaign: Campaign | None = Field(default=None, description="figures of fault campaigns; none are asked for")


def read_policy(file: Path) -> Policy:
    """Return the policy of a file; raises PlatformErrors with every mistake, in the order of the file."""
    document = Document(file, "a policy")
    try:
        return Policy.model_validate(document.content)
    except ValidationError as error:
        found = problems_of(document.content, error.errors(include_url=False, include_input=False), Policy)
    raise PlatformErrors(document.errors(found))
