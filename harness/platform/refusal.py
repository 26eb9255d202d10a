"""Pydantic's errors in the words of whoever writes a platform.yaml, or another file that a model describes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from harness.platform.document import value_at
from harness.platform.model import Platform
from harness.platform.problem import Path, Problem, did_you_mean, may_be_secret, nearest, one_of, shown

_KINDS = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_type": "a whole number",
    "model_type": "a mapping",
    "list_type": "a list",
    "string_type": "a text",
    "tuple_type": "a list",
    "string_too_short": "a text that is not empty",
    "too_short": "at least one entry",
    "greater_than": "a whole number above 0",
    "string_unicode": "a text",
}


def problems_of(content: Any, errors: list[ErrorDetails], model: type[BaseModel] = Platform) -> list[Problem]:
    """Return what pydantic refused of a model's content, one problem a key."""
    found: dict[Path, Problem] = {}
    for error in errors:
        path = _path(error)
        known, description = _known(path, model)
        problem = _problem(path, error, content, known, description)
        found.setdefault(path, replace(problem, contract=_contract(path, error["type"])))
    return list(found.values())


def _contract(path: Path, kind: str) -> str:
    if path[:1] == ("layers",) and kind == "missing":
        return "platform.layers-whole"
    return "platform.secrets-referenced" if may_be_secret(path) else "platform.well-formed"


def _path(error: ErrorDetails) -> Path:
    # `[key]`: the name of an entry is wrong. A union names its branches after the key: float, int, str, …
    path = [part for part in error["loc"] if part != "[key]"]
    while len(path) > 1 and path[-1] in ("str", "bool", "int", "float"):
        path.pop()
    return tuple(path)


def _problem(path: Path, error: ErrorDetails, content: Any, known: list[str], description: str | None) -> Problem:
    kind, key, value = error["type"], str(path[-1]) if path else "", value_at(content, path)
    said = error["msg"].removeprefix("Value error, ")
    next_step = f"{key}: {description}" if description else None
    if kind == "extra_forbidden":
        return _unknown_key(path, content, known)
    if kind == "missing":
        return Problem(path, f"{key!r} is missing", expected=description)
    if kind in ("literal_error", "enum"):
        allowed = _allowed(error)
        if "[key]" in error["loc"]:
            return Problem(path, f"unknown key {key!r}{did_you_mean(key, allowed)}", expected=one_of(allowed))
        return Problem(path, f"{key!r} is wrong{did_you_mean(value, allowed)}", one_of(allowed), shown(path, value))
    expected = _KINDS.get(kind, said)
    return Problem(path, f"{key!r} is wrong", expected, shown(path, value), next_step)


def _unknown_key(path: Path, content: Any, known: list[str]) -> Problem:
    written = value_at(content, path[:-1]) or ()
    near = nearest(str(path[-1]), [key for key in known if key not in written])
    what = f"unknown key {path[-1]!r}" + (f"; did you mean {near!r}?" if near else "")
    return Problem(path, what, expected=one_of(known), meant=(*path[:-1], near) if near else None)


def _allowed(error: ErrorDetails) -> list[str]:
    """Return the values of a Literal; pydantic's context writes them as `'a', 'b' or 'c'`."""
    return [part.strip("' ") for part in str(error.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(",")]


def _known(path: Path, whole: type[BaseModel]) -> tuple[list[str], str | None]:
    """Return the keys that are known beside the last of a path, and what that one is for."""
    model: type[BaseModel] | None = whole
    known: list[str] = []
    description: str | None = None
    named = False  # the next part is an entry's name of the user's choice
    for part in path:
        if named or model is None:
            known, description, named = [], None, False
            continue
        known = list(model.model_fields)
        field = model.model_fields.get(str(part))
        description = field.description if field else None
        kind = field.annotation if field else None
        named = any(name is str for name in get_args(kind)[:1]) and len(get_args(kind)) == 2
        model = next((k for k in (kind, *get_args(kind)) if isinstance(k, type) and issubclass(k, BaseModel)), None)
    return known, description
