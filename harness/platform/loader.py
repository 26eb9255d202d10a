"""Reads platform.yaml; every mistake is told with file, line, column and key."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from harness.errors import Location, PlatformError
from harness.platform.model import Platform

_LARGEST = 1_000_000  # bytes; an input from outside is bounded before it is parsed


class PlatformErrors(PlatformError):
    """All mistakes of one file; `problems` has each."""

    def __init__(self, problems: Sequence[PlatformError]) -> None:
        first = problems[0]
        super().__init__(first.heading, location=first.location)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def load_platform(file: Path) -> Platform:
    """Return the platform of a file; raises PlatformErrors with every mistake, each located."""
    written = _read(file)
    try:
        platform = Platform.model_validate(written)
    except ValidationError as error:
        found = [_explain(file, written, item) for item in error.errors(include_url=False)]
        raise PlatformErrors(found) from None
    problems = [
        PlatformError(
            what + _nearest(_value(written, path), allowed),
            expected=f"one of {', '.join(allowed)}" if allowed else None,
            location=_locate(file, written, path),
        )
        for path, what, allowed in platform.problems()
    ]
    if problems:
        raise PlatformErrors(problems)
    return platform


def _read(file: Path) -> CommentedMap:
    try:
        if file.stat().st_size > _LARGEST:
            raise PlatformErrors([PlatformError("too large for a platform.yaml", location=Location(file))])
        written = YAML().load(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = PlatformError(
            "cannot be read", actual=error.strerror, next_step="--platform FILE names it", location=Location(file)
        )
        raise PlatformErrors([reason]) from None
    except UnicodeDecodeError as error:
        raise PlatformErrors([PlatformError("not UTF-8", actual=str(error), location=Location(file))]) from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        said = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise PlatformErrors([PlatformError("not YAML", actual=said, location=place)]) from None
    if not isinstance(written, CommentedMap):
        wrong = PlatformError(
            "not a platform", expected="a mapping", actual=type(written).__name__, location=Location(file, 1)
        )
        raise PlatformErrors([wrong])
    return written


def _explain(file: Path, written: CommentedMap, item: Any) -> PlatformError:
    path = tuple(item["loc"])
    place = _locate(file, written, path)
    key = str(path[-1]) if path else ""
    if item["type"] == "extra_forbidden":
        allowed = _fields(path[:-1])
        return PlatformError(
            f"unknown key {key!r}" + _nearest(key, allowed), expected=f"one of {', '.join(allowed)}", location=place
        )
    if item["type"] == "missing":
        return PlatformError(f"key {key!r} is missing", location=place)
    allowed = item.get("ctx", {}).get("expected")
    said = item["msg"].removeprefix("Value error, ")
    return PlatformError(
        f"{key!r} is not allowed" if key else said,
        expected=str(allowed) if allowed else said,
        actual=None if "secret" in said else _shown(_value(written, path)),
        location=place,
    )


def _shown(value: object) -> str:
    kind = "mapping" if isinstance(value, dict) else "list" if isinstance(value, list) else type(value).__name__
    return kind if isinstance(value, dict | list) else f"{value!r} ({kind})"


def _nearest(name: object, allowed: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(name), allowed, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _fields(path: tuple[Any, ...]) -> list[str]:
    """Return the keys that are known at a path, by walking the models; names of entries (layers.<name>) are skipped."""
    model: type[BaseModel] = Platform
    for part in path:
        field = model.model_fields.get(str(part))
        if field is None:
            continue
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        found = next((kind for kind in reversed(inner) if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        model = found or model
    return list(model.model_fields)


def _value(written: Any, path: Sequence[Any]) -> Any:
    for part in path:
        try:
            written = written[part]
        except (KeyError, IndexError, TypeError):
            return None
    return written


def _locate(file: Path, written: CommentedMap, path: Sequence[Any]) -> Location:
    """Return the place of the last key of a path that is written."""
    line, column, node = 0, 0, written
    for part in path:
        written_here = part in node if isinstance(node, CommentedMap) else isinstance(node, CommentedSeq)
        if not written_here:
            break
        line, column = node.lc.key(part) if isinstance(node, CommentedMap) else node.lc.item(part)
        node = node[part]
    return Location(file, line + 1, column + 1, ".".join(map(str, path)) or None)
