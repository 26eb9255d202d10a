"""Reads platform.yaml: everything that is wrong in it is told at once, each mistake with its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as File

from pydantic import ValidationError

from harness.errors import Location
from harness.platform.document import Document
from harness.platform.model import Platform
from harness.platform.problem import Mistake, Path, PlatformErrors, Problem
from harness.platform.refusal import problems_of
from harness.platform.rules import check_rules

__all__ = ["PlatformErrors", "Reading", "load_platform", "read_platform"]


@dataclass(frozen=True)
class Reading:
    """A platform.yaml as it was read: every mistake, and the platform where its values are of the right kind."""

    file: File
    platform: Platform | None
    mistakes: tuple[Mistake, ...] = ()
    document: Document | None = None  # None where the file could not be read

    @property
    def errors(self) -> PlatformErrors | None:
        """The mistakes as one error, None where there are none."""
        return PlatformErrors(self.mistakes) if self.mistakes else None

    def locate(self, path: Path) -> Location:
        """Return the place of a key, or of the nearest one above it that is written."""
        return self.document.locate(path) if self.document else Location(self.file)


def load_platform(file: File) -> Platform:
    """Return the platform of a file; raises PlatformErrors with every mistake, in the order of the file."""
    reading = read_platform(file)
    if reading.errors or reading.platform is None:
        raise reading.errors or AssertionError("a platform that is not there has mistakes")
    return reading.platform


def read_platform(file: File) -> Reading:
    """Read a file, and keep its mistakes, in the order of the file, beside what is right."""
    try:
        document = Document(file)
    except PlatformErrors as unreadable:
        return Reading(file, None, unreadable.problems)
    found: list[Problem] = []
    platform: Platform | None = None
    try:
        platform = Platform.model_validate(document.content)
    except ValidationError as error:
        found = problems_of(document.content, error.errors(include_url=False, include_input=False))
    told = {problem.path for problem in found}
    found += [problem for problem in check_rules(document.content) if problem.path not in told]
    return Reading(file, platform, tuple(document.errors(found)), document)
