"""The endpoints file: where a platform that runs already is reached, and what is said to run there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from harness.platform.document import Document
from harness.platform.model import Component
from harness.platform.problem import PlatformErrors, Problem
from harness.platform.refusal import problems_of
from harness.platform.values import Text, Url

Name = Literal[
    "object-store",
    "catalog",
    "catalog-health",
    "orchestrator",
    "semantic-layer",
    "semantic-refresh",
    "trace-store",
    "otlp-http",
    "otlp-grpc",
    "lineage-store",
    "database",
]
NAMES: tuple[str, ...] = get_args(Name)
OPTIONAL = ("catalog-health", "otlp-grpc")  # nothing is asked there that cannot be asked elsewhere, or at all
_URL: TypeAdapter[str] = TypeAdapter(Url)
_DATABASE = re.compile(r"postgresql://[^/@:\s]+@[^/@\s]+/[^/?#\s]+")


def _endpoint(value: str) -> str:
    if value.startswith("postgresql:"):
        if not _DATABASE.fullmatch(value):
            raise ValueError("postgresql://user@host:port/database, without a password")
        return value
    parts = urlsplit(_URL.validate_python(value))
    if parts.query or parts.fragment:
        raise ValueError("a base URL, with nothing behind its path")
    return value.rstrip("/")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class SaidWorkload(_Strict):
    """A workload of the platform, as its owner says; nobody can look."""

    component: Component = Field(description="what it is for")
    version: str = Field(default="", description="its version, for the report")


class EndpointsFile(_Strict):
    """A platform that runs already."""

    name: Text = Field(description="what the platform is called, e.g. `staging`; --allow-writes-to takes it")
    production: bool = Field(default=False, description="whether others live by its data")
    endpoints: dict[Name, Annotated[str, AfterValidator(_endpoint)]] = Field(description="name → base URL")
    workloads: dict[str, SaidWorkload] = Field(default={}, description="what is said to run there, by name")


def read_endpoints(file: Path) -> EndpointsFile:
    """Return what an endpoints file says; raises PlatformErrors with every mistake at its place."""
    document = Document(file, "endpoints")
    found: list[Problem] = []
    said: EndpointsFile | None = None
    try:
        said = EndpointsFile.model_validate(document.content)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        found = problems_of(document.content, errors, EndpointsFile)
    told = {problem.path for problem in found}
    found += [problem for problem in _problems(document.content) if problem.path not in told]
    mistakes = document.errors(found)
    if mistakes or said is None:
        raise PlatformErrors(mistakes)
    return said


def _problems(content: dict[str, object]) -> Iterator[Problem]:
    """Yield what no single value can know: which endpoints are missing, and which has another's scheme."""
    endpoints = content.get("endpoints")
    if not isinstance(endpoints, dict):
        return
    unknown = any(name not in NAMES for name in endpoints)
    missing = [name for name in NAMES if name not in endpoints and name not in OPTIONAL]
    if missing and not unknown:  # one of them is what an unknown one stands for
        yield Problem(("endpoints",), f"no endpoint of {', '.join(missing)}", expected="a base URL of each")
    for name, value in endpoints.items():
        is_database = str(value).startswith("postgresql:")
        if name in NAMES and is_database != (name == "database"):
            form = "postgresql://user@host:port/database" if name == "database" else "http(s)://host:port"
            yield Problem(("endpoints", name), f"{name!r} has another's form", expected=form)
