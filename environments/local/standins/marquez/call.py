"""One request, as the resources see it: path, parameters, body, and a session in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from environments.local.standins.marquez import problems, reading
from environments.local.standins.marquez.reading import Shape

_INT = 2**31


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
        told = (self.param(name) or "").strip()
        if not told:
            return default
        try:
            value = int(told)
        except ValueError:
            raise problems.no_route() from None
        if not -_INT <= value < _INT or "_" in told:
            raise problems.no_route()
        return value

    def _not_negative(self, name: str, default: int) -> int:
        value = self.number(name, default)
        if value < 0:
            raise problems.invalid(400, f"query param {name} must be greater than or equal to 0")
        return value

    @property
    def limit(self) -> int:
        """How many rows are asked for."""
        return self._not_negative("limit", 100)

    @property
    def offset(self) -> int:
        """How many rows to leave out first."""
        return self._not_negative("offset", 0)

    def body(self) -> dict[str, Any]:
        """Return the body's object; raises Problem when there is none."""
        found = reading.parse(self.text)
        if found is None:
            raise problems.failed()
        assert isinstance(found, dict | list | str | int | float)
        return found  # type: ignore[return-value]

    def bind(self, body: Any, shape: Shape) -> None:
        """Check a body's types; raises Problem."""
        reading.bind(self.text, body, shape)
