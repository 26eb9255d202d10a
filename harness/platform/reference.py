"""Writes docs/platform-yaml.md from the model: `python -m harness.platform.reference > docs/platform-yaml.md`."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Gt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from harness.platform.model import VERSION, Platform
from harness.platform.problem import CONTRACTS

_INTRODUCTION = f"""\
# platform.yaml

What a platform consists of, where its parts are, and what is promised of them: version "{VERSION}".
`harness validate platform.yaml` tells every mistake with file, line, column and key; `--json` is for machines.
An example is [demo/platform.yaml](../demo/platform.yaml). This page is written by
`python -m harness.platform.reference`.

## Rules
| contract | promise |
| --- | --- |
"""
_KEYS = """
## Keys
`<name>` is a name of your choice. Other keys are a mistake, but where *further keys* are said to be kept.

| key | value | | what it is |
| --- | --- | --- | --- |
"""
_WORDS = {str: "text", bool: "`true` or `false`", int: "whole number", float: "number"}


def reference() -> str:
    """Return the reference of platform.yaml in Markdown."""
    rules = "".join(f"| `{contract}` | {promise} |\n" for contract, promise in CONTRACTS.items())
    keys = "".join(f"| {' | '.join(row)} |\n" for row in _rows(Platform, ""))
    return _INTRODUCTION + rules + _KEYS + keys


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for name, field in model.model_fields.items():
        key, inner = f"{prefix}{name}", _model_of(field.annotation)
        named = get_origin(field.annotation) is dict and inner is not None
        open_map = inner is not None and inner.model_config.get("extra") == "allow"
        kind = "mapping, further keys are kept" if open_map else _kind(field.annotation, field)
        yield f"`{key}`", kind, _needed(field), str(field.description)
        if inner is not None:
            yield from _rows(inner, f"{key}.<name>." if named else f"{key}.")


def _model_of(kind: Any) -> type[BaseModel] | None:
    candidates = (kind, *get_args(kind))
    return next((k for k in candidates if isinstance(k, type) and issubclass(k, BaseModel)), None)


def _needed(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is None or field.default == "" or isinstance(field.default, dict | BaseModel):
        return ""
    return f"default `{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _kind(kind: Any, field: FieldInfo | None = None) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(kind))
    if kind is dict or get_origin(kind) is dict or _model_of(kind):
        return "mapping"
    parts = [part for part in get_args(kind) if part is not NoneType]
    if len(parts) == 1 or (parts and hasattr(kind, "__metadata__")):
        return _kind(parts[0])
    above = any(isinstance(limit, Gt) for limit in field.metadata) if field else False
    return _WORDS[kind] + (" above 0" if above else "")


if __name__ == "__main__":
    print(reference(), end="")
