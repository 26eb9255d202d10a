"""`matrix.yaml`: the one definition of what the night runs; a cell is an environment with what was chosen of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.platform.document import Document
from harness.platform.problem import PlatformErrors
from harness.platform.refusal import problems_of

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Value = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}$")]  # goes into a workflow as it is


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Part):
    """An environment with its choices: a cell for each combination."""

    environment: Name = Field(description="local, containers, kind or attach")
    choices: dict[Name, tuple[Value, ...]] = Field(
        default={}, description="option of pytest (without --) -> its values; a cell for each combination"
    )
    shards: int = Field(default=1, ge=1, le=100, description="parts that a cell's scenarios are run in")
    features: Value = Field(default="features/", description="what pytest is given")
    minutes: int = Field(default=60, ge=1, le=360, description="the limit of one part, in minutes")


class Campaign(_Part):
    """A fault campaign of the night."""

    environment: Name = Field(default="none", description="none: copies of files; local: a running stack")
    minutes: int = Field(default=60, ge=1, le=360, description="its limit, in minutes")


class Matrix(_Part):
    """What the night runs."""

    schedule: str = Field(default="17 2 * * *", pattern=r"^[0-9*/, -]+$", description="when, as cron has it, in UTC")
    python: Value = Field(default="3.11", description="the Python of the workflows")
    cells: tuple[Entry, ...] = Field(min_length=1, description="environments with their choices")
    campaigns: tuple[Campaign, ...] = Field(default=(), description="fault campaigns")
    policy: Value = Field(default="signoff.yaml", description="the policy that the night is judged by")


@dataclass(frozen=True)
class Job:
    """One part of one cell: what one machine runs."""

    cell: str
    environment: str
    choices: Mapping[str, str]
    shard: str
    features: str
    minutes: int

    @property
    def name(self) -> str:
        """The cell, and its part where there are several."""
        index, count = self.shard.split("/")
        return self.cell if count == "1" else f"{self.cell}-{index}of{count}"

    @property
    def arguments(self) -> list[str]:
        """What pytest is given for it."""
        chosen = [f"--{option}={value}" for option, value in self.choices.items()]
        sharded = [] if self.shard == "1/1" else [f"--shard={self.shard}"]
        return [self.features, f"--env={self.environment}", *chosen, *sharded, f"--cell={self.cell}"]


def read_matrix(file: Path) -> Matrix:
    """Return the matrix of a file; raises PlatformErrors with every mistake, in the order of the file."""
    document = Document(file, "a matrix")
    try:
        return Matrix.model_validate(document.content)
    except ValidationError as error:
        found = problems_of(document.content, error.errors(include_url=False, include_input=False), Matrix)
    raise PlatformErrors(document.errors(found))


def jobs_of(matrix: Matrix) -> list[Job]:
    """Return every job of a matrix, in its order."""
    return [job for entry in matrix.cells for job in _jobs(entry)]


def _jobs(entry: Entry) -> list[Job]:
    options = list(entry.choices)
    jobs = []
    for values in itertools.product(*(entry.choices[option] for option in options)):
        cell = "-".join([entry.environment, *map(_plain, values)])
        for index in range(1, entry.shards + 1):
            choices = dict(zip(options, values, strict=True))
            shard = f"{index}/{entry.shards}"
            jobs.append(Job(cell, entry.environment, choices, shard, entry.features, entry.minutes))
    return jobs


def _plain(value: str) -> str:
    """Return a value as part of a name: of a folder, and of an artifact."""
    return "".join(c if c.isalnum() or c == "." else "-" for c in value.lower()).strip("-")
