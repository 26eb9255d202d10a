"""SQL with Jinja: what it refers to, and the plain SQL where the template is a simple one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_BLOCK = re.compile(r"\{\{-?(?P<said>.*?)-?\}\}|\{%-?\s*(?P<tag>\w+)(?P<rest>.*?)-?%\}", re.DOTALL)
_CALL = re.compile(
    r"""(?<![\w.])(ref|source)\s*\(\s*(['"])([^'"]*)\2\s*(?:,\s*(['"])([^'"]*)\4\s*)?(?:,\s*(?:v|version)\s*=[^)]*)?\)"""
)
_ANY_CALL = re.compile(r"(?<![\w.])(?:ref|source)\s*\(")
_OPENS = {"if", "for", "macro", "call", "raw", "filter", "set", "materialization", "test", "snapshot", "docs"}
_CONFIG = re.compile(r"\s*config\s*\(.*\)\s*", re.DOTALL)


@dataclass(frozen=True)
class Reference:
    """`ref('name')`, `ref('package', 'name')` or `source('source', 'name')`, at a line."""

    kind: str
    owner: str | None
    name: str
    line: int


@dataclass(frozen=True)
class Template:
    """A text with Jinja."""

    text: str

    @cached_property
    def _plain(self) -> str:
        return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), self.text)

    def references(self) -> list[Reference]:
        """Return what is referred to in every case: nothing from inside of conditions, loops and macros."""
        found: list[Reference] = []
        for block, depth in self._blocks():
            for call in _CALL.finditer(block[0]) if depth == 0 else ():
                first, second = call[3], call[5]
                owner, name = (first, second) if second is not None else (None, first)
                line = self._plain.count("\n", 0, block.start() + call.start()) + 1
                found.append(Reference(call[1], owner, name, line))
        return found

    @property
    def tells_all(self) -> bool:
        """Whether `references` are all that there are."""
        blocks = [block[0] for block, _ in self._blocks()]
        simple = all(depth == 0 for _, depth in self._blocks())
        return simple and all(len(_ANY_CALL.findall(b)) == len(_CALL.findall(b)) for b in blocks)

    def config(self, key: str) -> str | None:
        """Return a text that `config(…)` gives for a key; None where it gives none."""
        for block, depth in self._blocks():
            if depth == 0 and block["said"] is not None and _CONFIG.fullmatch(block["said"]):
                found = re.search(rf"""\b{re.escape(key)}\s*=\s*(['"])([^'"]*)\1""", block["said"])
                if found:
                    return found[2]
        return None

    def mentions(self, word: str) -> bool:
        """Return whether a `config(…)` names a word at all."""
        return any(word in (block["said"] or "") for block, _ in self._blocks())

    def sql(self, name: Callable[[Reference], str | None]) -> str | None:
        """Return the SQL with references replaced by `name`; None where the template does more than refer."""
        parts: list[str] = []
        end = 0
        for block, depth in self._blocks():
            said = block["said"]
            if said is None or depth:
                return None
            call = _CALL.fullmatch(said.strip())
            if call:
                owner, table = (call[3], call[5]) if call[5] is not None else (None, call[3])
                replacement = name(Reference(call[1], owner, table, 0))
            else:
                replacement = "\n" * block[0].count("\n") if _CONFIG.fullmatch(said) else None
            if replacement is None:
                return None
            parts += [self._plain[end : block.start()], replacement]
            end = block.end()
        return "".join([*parts, self._plain[end:]])

    def _blocks(self) -> Iterator[tuple[re.Match[str], int]]:
        """Yield every block with how deep it lies in conditions and the like; their own tags count as inside."""
        depth = 0
        for block in _BLOCK.finditer(self._plain):
            tag = block["tag"] or ""
            opens = tag in _OPENS and not (tag == "set" and "=" in block["rest"])
            depth += opens
            yield block, depth
            if tag.startswith("end"):
                depth = max(0, depth - 1)
