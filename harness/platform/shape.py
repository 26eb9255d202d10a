"""What YAML allows and a configuration must not have: keys twice, foreign tags, aliases without end."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_NODES = 50_000  # with every alias written out: a few lines of aliases can stand for gigabytes
_TAGS = frozenset({"str", "int", "float", "bool", "null", "timestamp", "merge", "map", "seq"})
_KEYS = frozenset({"str", "int", "merge"})


def strange_nodes(root: Node) -> list[tuple[Node, str]]:
    """Return what is YAML and has no place in a configuration, in the order of the file."""
    return sorted(_strange(root), key=lambda found: found[0].start_mark.index)


def scalars(root: Node) -> Iterator[ScalarNode]:
    """Yield every scalar."""
    return (node for node in _nodes(root) if isinstance(node, ScalarNode))


def _nodes(root: Node) -> Iterator[Node]:
    """Yield every node once, however many aliases it has."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting.extend(reversed(list(_children(node))))


def _strange(root: Node) -> Iterator[tuple[Node, str]]:
    sizes: dict[int, float] = {}

    def size(node: Node) -> float:
        if id(node) not in sizes:
            sizes[id(node)] = math.inf  # met again below itself: an alias of what it stands in
            sizes[id(node)] = 1 + sum(map(size, _children(node)))
        return sizes[id(node)]

    if size(root) > _NODES:
        yield root, "too large with its aliases written out, or an alias of what it stands in"
        return
    for node in _nodes(root):
        tag = str(node.tag).rpartition(":")[2]
        if tag not in _TAGS:
            yield node, f"the tag {tag!r} is not known"
        if isinstance(node, ScalarNode) and any("\ud800" <= c <= "\udfff" for c in node.value):
            yield node, "half a character: a surrogate without its other"
        if isinstance(node, MappingNode):
            yield from _strange_keys(node)


def _strange_keys(node: MappingNode) -> Iterator[tuple[Node, str]]:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, ScalarNode):
            yield key, "a key is a mapping or a list"
        elif str(key.tag).rpartition(":")[2] not in _KEYS:
            yield key, f"a key is no text: {key.value!r}"
        elif key.value in lines:
            yield key, f"the key {key.value!r} is written twice, first in line {lines[key.value]}"
        else:
            lines[key.value] = key.start_mark.line + 1


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, SequenceNode):
        yield from node.value
