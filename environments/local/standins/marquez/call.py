"""One request, as the resources see it: path, parameters, body, and a session in one transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from environments.local.standins.marquez import problems, reading
from environments.local.standins.marquez.reading import Shape

_INT = 2**31
_NUMBER = re.compile(r"[+-]?[0-9]{1,10}")


def at_least_0(name: str) -> str:
    """Return what is said of a parameter that is negative."""
    return f"query param {name} must be greater than or equal to 0"


def refuse(errors: list[str]) -> None:
    """Raise Problem (400) when there are errors of parameters: all are told at once."""
    if errors:
        raise problems.invalid(400, *errors)


@dataclass
class Call:
    """A request; `path` holds what the route's template names."""

    session: Session
    path: dict[str, str]
    query: list[tuple[str, str]]
    text: str
    base: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def param(self, name: str) -> str | None:
        """Return a query parameter, or None when it is not there."""
        return next((value for key, value in self.query if key == name), None)

    def params(self, name: str) -> list[str]:
        """Return every value of a query parameter."""
        return [value for key, value in self.query if key == name]

    def number(self, name: str, default: int) -> int:
        """Return a parameter as a 32-bit integer; raises Problem (404, as JAX-RS does) for anything else."""
        told = self.param(name) or ""
        if not told.strip():
            return default
        if not _NUMBER.fullmatch(told) or not -_INT <= int(told) < _INT:
            raise problems.no_route()
        return int(told)

    def page(self) -> tuple[int, int]:
        """Return how many rows are asked for, and how many to leave out first; raises Problem (404, 400)."""
        asked = {"limit": self.number("limit", 100), "offset": self.number("offset", 0)}
        refuse([at_least_0(name) for name, value in asked.items() if value < 0])
        return asked["limit"], asked["offset"]

    def body(self) -> dict[str, Any]:
        """Return the body's object; raises Problem when there is none."""
        found = reading.parse(self.text)
        if found is None:
            raise problems.failed()
        assert isinstance(found, dict | list | str | int | float)
        return found  # type: ignore[return-value]

    def bind(self, body: Any, shape: Shape) -> None:
        """Check a body's types; raises Problem."""
        for lacking in reading.bind(self.text, body, shape):
            raise reading.at_end(self.text, shape.java, lacking or "a list has a null in it")
