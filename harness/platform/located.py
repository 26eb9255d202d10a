"""A YAML tree with the place of every key."""

from __future__ import annotations

from pathlib import Path as File

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from harness.errors import Location
from harness.platform.problem import Path


class Located:
    """The nodes of one YAML document of a file; `above`: lines of the file that stand before the document."""

    def __init__(self, file: File, root: Node, above: int = 0) -> None:
        self.file = file
        self._root = root
        self._above = above

    def locate(self, path: Path) -> Location:
        """Return the place of a key, or of the nearest one above it that is written."""
        found: Node | None = None
        node = self._root
        for part in path:
            step = _step(node, part)
            if step is None:
                break
            found, node = step
        dotted = ".".join(map(str, path)) or None
        mark = (found or self._root).start_mark
        return Location(self.file, mark.line + 1 + self._above, mark.column + 1, dotted)


def _step(node: Node, part: str | int) -> tuple[Node, Node] | None:
    """Return where a part of a path is written, and what stands there."""
    if isinstance(node, SequenceNode):
        inside = isinstance(part, int) and part < len(node.value)
        return (node.value[part], node.value[part]) if inside else None
    if isinstance(node, MappingNode):
        # What a merge key (<<) brought in stands before the mapping's own keys, which win.
        for key, value in reversed(node.value):
            if isinstance(key, ScalarNode) and key.value == str(part):
                return key, value
    return None
