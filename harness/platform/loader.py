"""Reads platform.yaml: everything that is wrong in it is told at once, each mistake with its place."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from harness.platform.document import Document
from harness.platform.model import Platform
from harness.platform.problem import Mistake, PlatformErrors, Problem
from harness.platform.refusal import problems_of
from harness.platform.rules import check_rules

__all__ = ["PlatformErrors", "load_platform"]


def load_platform(file: Path) -> Platform:
    """Return the platform of a file; raises PlatformErrors with every mistake, in the order of the file."""
    document = Document(file)
    found: list[Problem] = []
    platform: Platform | None = None
    try:
        platform = Platform.model_validate(document.content)
    except ValidationError as error:
        found = problems_of(document.content, error.errors(include_url=False, include_input=False))
    told = {problem.path for problem in found}
    found += [problem for problem in check_rules(document.content) if problem.path not in told]
    meant = {problem.meant for problem in found}  # a misspelt key is told once, not as a missing one besides
    errors = [document.error(problem) for problem in found if problem.path not in meant]
    if platform is None or errors:
        raise PlatformErrors(sorted(errors, key=_line))
    return platform


def _line(error: Mistake) -> tuple[int, int]:
    place = error.location
    return (place.line or 0, place.column or 0) if place else (0, 0)
