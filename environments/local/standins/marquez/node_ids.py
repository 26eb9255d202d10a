"""Ids of nodes of the lineage graph: `job:<namespace>:<name>`, `dataset:<namespace>:<name>`, and finer ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

from environments.local.standins.marquez import problems

_TYPES = {"dataset": 3, "datasetField": 4, "job": 3, "run": 2}
_VERSION = re.compile(r"#[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_OUTSIDE_URLS = re.compile(r":(?!//|\d+)|#")


@dataclass(frozen=True)
class NodeId:
    """A node's type and the parts of its name."""

    text: str
    type: str
    parts: tuple[str, ...]
    version: str | None = None


def node_id(text: str | None) -> NodeId:
    """Read a node id; raises Problem: 400 for none, 404 for an unknown type, 500 for too few parts."""
    if not text:
        raise problems.invalid(400, "query param nodeId must not be null")
    type_ = text.partition(":")[0]
    if type_ not in _TYPES or ":" not in text:
        raise problems.no_route()
    version = _VERSION.search(text)
    name = text[: version.start()] if version else text
    return NodeId(text, type_, _parts(name, _TYPES[type_])[1:], version[0][1:].lower() if version else None)


def _parts(text: str, count: int) -> tuple[str, ...]:
    """Split at colons, those of a URL (`scheme://host:port`) apart, since namespaces are often URLs."""
    plain = re.split("[:#]", text)
    while plain and not plain[-1]:  # as Java's split does
        plain.pop()
    if len(plain) < count:
        raise problems.failed()
    if len(plain) == count:
        return tuple(plain)
    found, position = [], 0
    for _ in range(count - 1):
        delimiter = _OUTSIDE_URLS.search(text, position)
        if delimiter is None:
            raise problems.failed()
        found.append(text[position : delimiter.start()])
        position = delimiter.end()
    return (*found, text[position:])
