"""Reads a stream of YAML documents, as `helm template` and `kubectl get -o yaml` print them, and the place of each key.

A document ends where a line begins with `---` or `...`, so that each is read by itself: what a document costs does not
depend on those before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode

from harness.errors import Location, UsageError
from harness.platform.located import Located

_LARGEST = 64 * 1024 * 1024  # bytes of one file
_END = re.compile(r"^(?:---(?=\s|$)|\.\.\.(?=\s|$))", re.MULTILINE)
_DIRECTIVE = re.compile(r"^%(?:YAML|TAG)\b.*$", re.MULTILINE)
_TEMPLATE = re.compile(r"\{\{-?\s*[\w.$(\"]")
_SOURCE = re.compile(r"^# Source: (\S+)", re.MULTILINE)

Place = Callable[..., Location]


@dataclass(frozen=True)
class Object:
    """One Kubernetes object: its content, and `at("metadata", "name")` for the place of a key.

    `template`: the chart's file that it was made from, where Helm has written it.
    """

    content: Mapping[str, Any]
    at: Place
    template: str | None = None


def read_documents(text: str, file: Path) -> Iterator[Object]:
    """Yield every mapping of a text; what is empty or no mapping is passed over.

    Raises UsageError with file, line and column for what is not YAML.
    """
    above = 0  # lines before the document
    start = 0
    template: str | None = None
    for end in [match.start() for match in _END.finditer(text)] + [len(text)]:
        chunk = text[start:end]
        if chunk.strip():
            named = _SOURCE.search(chunk)
            template = named[1] if named else template
            yield from _objects(_without_marker(chunk), file, above, template)
        above += chunk.count("\n")
        start = end


def decode(raw: bytes, file: Path) -> str:
    """Return the text of a file; raises UsageError for one that is too large or no UTF-8."""
    if len(raw) > _LARGEST:
        raise UsageError("too large", expected=f"at most {_LARGEST >> 20} MiB", location=Location(file))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError("not UTF-8", actual=f"byte 0x{raw[error.start]:02x}", location=Location(file, line)) from None


def parse(text: str) -> Any:
    """Return a YAML text that stands inside another object in plain types, None where it is none."""
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError, TypeError):
        return None


def _without_marker(chunk: str) -> str:
    # A marker stays as blanks, so that columns are right; what follows it on its line is the document's.
    chunk = f"   {chunk[3:]}" if _END.match(chunk) else chunk
    return _DIRECTIVE.sub("", chunk)


def _objects(chunk: str, file: Path, above: int, template: str | None) -> Iterator[Object]:
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(chunk)
        if not isinstance(root, MappingNode):
            return
        content = yaml.constructor.construct_document(root)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Location(file, mark.line + 1 + above, mark.column + 1) if mark else Location(file, above + 1)
        raise _not_yaml(error.problem or error.context, chunk, place) from None
    except (YAMLError, ValueError, TypeError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _not_yaml(said, chunk, Location(file, above + 1)) from None
    except RecursionError:
        raise UsageError("nested too deeply", location=Location(file, above + 1)) from None
    tree = Located(file, root, above)
    yield from _items(content, lambda *path: tree.locate(path), template)


def _items(content: Mapping[str, Any], at: Place, template: str | None) -> Iterator[Object]:
    """Yield an object, or what a List holds; Lists do not nest."""
    items = content.get("items")
    if str(content.get("kind", "")).endswith("List") and isinstance(items, list):
        for index, item in enumerate(items):
            if isinstance(item, Mapping):
                yield Object(item, _below(at, "items", index), template)
    else:
        yield Object(content, at, template)


def _below(at: Place, *parts: str | int) -> Place:
    return lambda *path: at(*parts, *path)


def _not_yaml(said: str | None, chunk: str, place: Location) -> UsageError:
    if _TEMPLATE.search(chunk):
        return UsageError(
            "a chart's template, not a manifest",
            expected="rendered manifests",
            actual=said,
            next_step="helm template CHART | harness preflight --platform FILE --manifests -",
            location=place,
        )
    return UsageError("not YAML", actual=said, location=place)
