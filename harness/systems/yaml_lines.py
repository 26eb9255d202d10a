"""Reads YAML of the platform's own code, with the line of every key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from harness.errors import Location

_LARGEST = 1024 * 1024  # bytes


class NotYaml(Exception):
    """A file is no YAML; `location` and `why` say where and what."""

    def __init__(self, location: Location, why: str) -> None:
        super().__init__(why)
        self.location, self.why = location, why


def read_yaml(file: Path) -> Any:
    """Return a file's content, None for an empty one; raises NotYaml."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise NotYaml(Location(file), f"larger than {_LARGEST // 1024} KiB")
        return YAML(typ="rt", pure=True).load(raw.decode("utf-8-sig"))
    except OSError as error:
        raise NotYaml(Location(file), f"cannot be read: {error.strerror}") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        raise NotYaml(place, error.problem or "not YAML") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise NotYaml(Location(file), (str(error).splitlines() or ["not YAML"])[0]) from None


def place_of(file: Path, content: Any, key: str | int | None = None) -> Location:
    """Return where a mapping or a list is written, or a key of it."""
    marks = getattr(content, "lc", None)
    try:
        line = marks.line if key is None else marks.data[key][0]  # type: ignore[union-attr]
    except (AttributeError, KeyError, IndexError, TypeError):
        return Location(file)
    return Location(file, line + 1)


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping as it is, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """Return a list as it is, an empty one for anything else."""
    return value if isinstance(value, list) else []
