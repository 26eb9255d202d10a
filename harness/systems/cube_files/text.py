"""The values that a data model is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Expression:
    """Code whose value is not told: inside of `${…}`, or in a value's place."""

    code: str
    line: int = 1


@dataclass(frozen=True)
class Text:
    """A text, with an Expression for each of its placeholders."""

    parts: tuple[str | Expression, ...]
    line: int = 1

    @property
    def plain(self) -> str | None:
        """The text, when it has no placeholder."""
        return "".join(map(str, self.parts)) if all(isinstance(part, str) for part in self.parts) else None


@dataclass
class Object:
    """A mapping with the line of each key; `whole` is False where it may have more keys than are told."""

    line: int = 1
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    whole: bool = True

    def get(self, key: str) -> Any:
        """Return a value by its key in snake case; None where there is none."""
        return self.values.get(key)


def snake(key: str) -> str:
    """Return a key as Cube's newer models write it: `sqlTable` is `sql_table`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", key)


def yaml_text(said: str, line: int) -> Text:
    """Return a text of a YAML model, whose placeholders are `{…}`."""
    if "{{" in said or "{%" in said:
        return Text((Expression(said, line),), line)
    parts: list[str | Expression] = []
    end = 0
    for found in _PLACEHOLDER.finditer(said):
        parts += [said[end : found.start()], Expression(found[1].strip(), line)]
        end = found.end()
    return Text((*parts, said[end:]), line)
