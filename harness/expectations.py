"""What a platform's owner expects of the data: tables, their content, the answers over them. One YAML file.

It stands beside platform.yaml and is called expectations.yaml. SQL in it is DuckDB's; `{bronze}` (the name of a layer)
stands for the schema that holds the layer's tables, e.g. `select count(*) from {bronze}.raw_customers`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness.errors import Location, UsageError

FILE = "expectations.yaml"
T = TypeVar("T")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Schedule(_Strict):
    """A schedule of the orchestrator."""

    job: str
    cron: str


class Orchestrator(_Strict):
    """What the orchestrator must have loaded."""

    location: str = Field(description="the code location")
    load_job: str = Field(description="the job that writes the tables without inputs")
    pipeline_job: str = Field(description="the job that writes all tables")
    jobs: frozenset[str]
    schedules: dict[str, Schedule] = {}
    sensors: dict[str, str] = Field({}, description="sensor -> the job that it starts")


class Transform(_Strict):
    """The dbt project."""

    project: str = Field(description="its folder, from the expectations file")


class Table(_Strict):
    """A table: an asset of the orchestrator, a job and a dataset of the lineage store, all under one name."""

    layer: str
    columns: dict[str, str] = Field(description="column -> Iceberg type, in order")
    rows: int | None = Field(None, description="exact number of rows at scale 1")
    inputs: tuple[str, ...] = Field((), description="the tables that it is made from")
    sql: str | None = Field(None, description="what it must hold, computed from tables of other layers")
    references: dict[str, str] = Field({}, description="column -> `table.column` that holds each of its values")


class Question(_Strict):
    """A query of the semantic layer, and SQL that must give the same rows."""

    query: dict[str, Any]
    sql: str
    tables: tuple[str, ...] = Field(description="the tables that it reads")

    @property
    def cubes(self) -> set[str]:
        """The cubes that its query names."""
        times = [time["dimension"] for time in self.query.get("timeDimensions", ())]
        members = [*self.query.get("measures", ()), *self.query.get("dimensions", ()), *times]
        return {member.partition(".")[0] for member in members}


class Change(_Strict):
    """New data that changes the answer of a question."""

    question: str
    sql: str


class Rollup(_Strict):
    """A rollup that the refresh worker keeps as a table of the lake, and SQL that must give the same rows."""

    namespace: str
    prefix: str = Field(description="how the table's name begins; the rest is its version")
    columns: tuple[str, ...]
    sql: str


class Semantic(_Strict):
    """What the semantic layer must offer and answer."""

    cubes: dict[str, frozenset[str]] = Field(description="cube -> members that it must have, without the cube's name")
    questions: dict[str, Question] = Field(min_length=1)
    changes: dict[str, Change] = Field({}, description="new data, after which an answer must be the new one")
    refused: dict[str, Any] = Field(description="a query that is not answered: it names a member that is not there")
    rollup: Rollup


class Expectations(_Strict):
    """Everything that is expected of a platform's data."""

    orchestrator: Orchestrator
    transform: Transform
    common: dict[str, str] = Field({}, description="named queries that the tables' SQL may read as if they were tables")
    tables: dict[str, Table]
    semantic: Semantic

    @model_validator(mode="after")
    def _references_resolve(self) -> Expectations:
        for name, table in self.tables.items():
            for other in (*table.inputs, *(target.rpartition(".")[0] for target in table.references.values())):
                if other not in self.tables:
                    raise ValueError(f"tables.{name} names {other!r}, which is no table")
        for title, question in self.semantic.questions.items():
            for other in question.tables:
                if other not in self.tables:
                    raise ValueError(f"semantic.questions.{title} names {other!r}, which is no table")
        for title, change in self.semantic.changes.items():
            if change.question not in self.semantic.questions:
                raise ValueError(f"semantic.changes.{title} names {change.question!r}, which is no question")
        return self

    def table(self, name: str) -> Table:
        """Return a table; raises UsageError for one that is not declared."""
        return _found(self.tables, "table", name)

    def question(self, title: str) -> Question:
        """Return a question; raises UsageError for one that is not declared."""
        return _found(self.semantic.questions, "question", title)

    def change(self, title: str) -> Change:
        """Return a change of the data; raises UsageError for one that is not declared."""
        return _found(self.semantic.changes, "change", title)

    @property
    def raw(self) -> dict[str, Table]:
        """The tables without inputs."""
        return {name: table for name, table in self.tables.items() if not table.inputs}

    @property
    def derived(self) -> dict[str, Table]:
        """The tables that are made from others."""
        return {name: table for name, table in self.tables.items() if table.inputs}

    def edges(self) -> set[tuple[str, str]]:
        """Return (input, table) of every table."""
        return {(source, name) for name, table in self.tables.items() for source in table.inputs}

    def rule(self, table: str, namespaces: Mapping[str, str]) -> str | None:
        """Return the SQL that says what a table must hold, the common queries before it; None when there is none."""
        sql = self.table(table).sql
        if sql is None:
            return None
        heads = ", ".join(f"{name} AS ({query})" for name, query in self.common.items())
        return in_lake(f"WITH {heads} {sql}" if heads else sql, namespaces)


def _found(known: Mapping[str, T], what: str, name: str) -> T:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise UsageError(
            f"expectations.yaml declares no {what} {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
            expected=f"one of {', '.join(known)}",
        )
    return known[name]


def in_lake(sql: str, namespaces: Mapping[str, str]) -> str:
    """Return SQL with `{layer}` replaced by the schema of the layer's namespace."""
    for layer, namespace in namespaces.items():
        sql = sql.replace("{" + layer + "}", f'lake."{namespace}"')
    return sql


def load_expectations(file: Path) -> Expectations:
    """Read an expectations file; raises UsageError that names file and key."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe").load(file.read_text())
    except FileNotFoundError:
        raise UsageError(
            "there is no expectations file",
            location=Location(file),
            next_step=f"write {FILE} beside platform.yaml: its tables, their content, and the answers over them",
        ) from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise UsageError("not YAML", actual=str(error), location=Location(file)) from None
    try:
        return Expectations.model_validate(content)
    except ValidationError as error:
        problems = "\n".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        first = ".".join(map(str, error.errors()[0]["loc"])) or None
        raise UsageError(
            "expectations that cannot be read", actual=problems, location=Location(file, key=first)
        ) from None
