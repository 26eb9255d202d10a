"""Reads calls such as `cube('name', {…})` out of JavaScript: literals are taken as they are, other code stays code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.systems.cube_files.text import Expression, Object, Text, snake

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<string>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<word>[A-Za-z_$][\w$]*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<mark>=>|\.\.\.|\?\?|\?\.|.)",
    re.DOTALL,
)
_PAIRS = {"{": "}", "[": "]", "(": ")"}
_DEEPEST = 50


class NotJavaScript(Exception):
    """The code does not end as it begins; `line` says where."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


@dataclass(frozen=True)
class Token:
    """A piece of code; `value` is a Text for a string or a template."""

    kind: str
    code: str
    line: int
    value: Text | None = None


def calls(code: str, names: frozenset[str]) -> Iterator[tuple[str, int, list[Any]]]:
    """Yield (function, line, arguments) of each call of one of the functions; raises NotJavaScript."""
    tokens = list(tokens_of(code))
    _balanced(tokens)
    for index, token in enumerate(tokens[:-1]):
        before = tokens[index - 1].code if index else ""
        if (
            token.kind == "word"
            and token.code in names
            and tokens[index + 1].code == "("
            and before not in (".", "function")
        ):
            yield token.code, token.line, _Reader(tokens, index + 2).items(")")


def tokens_of(code: str) -> Iterator[Token]:
    """Yield the tokens of code, without comments."""
    position, line = 0, 1
    while position < len(code):
        if code[position] == "`":
            end, value = _template(code, position, line)
            yield Token("string", code[position:end], line, value)
        else:
            found = _TOKEN.match(code, position)
            assert found is not None
            end, kind = found.end(), str(found.lastgroup)
            if kind == "string":
                yield Token(kind, found[0], line, Text((_unescaped(found[0][1:-1]),), line))
            elif kind != "space":
                yield Token(kind, found[0], line)
        line += code.count("\n", position, end)
        position = end


def _template(code: str, start: int, line: int) -> tuple[int, Text]:
    """Return where a template literal ends, and its text."""
    parts: list[str | Expression] = []
    position = text = start + 1
    while position < len(code):
        if code[position] == "\\":
            position += 2
        elif code[position] == "`":
            return position + 1, Text((*parts, _unescaped(code[text:position])), line)
        elif code.startswith("${", position):
            parts.append(_unescaped(code[text:position]))
            end = _closing(code, position + 2, line)
            at = line + code.count("\n", start, position)
            parts.append(Expression(code[position + 2 : end].strip(), at))
            position = text = end + 1
        else:
            position += 1
    raise NotJavaScript(line, "a template literal does not end")


def _closing(code: str, position: int, line: int) -> int:
    depth = 1
    while position < len(code):
        if code[position] == "`":
            position, _ = _template(code, position, line)
            continue
        depth += {"{": 1, "}": -1}.get(code[position], 0)
        if depth == 0:
            return position
        position += 1
    raise NotJavaScript(line, "a placeholder does not end")


def _unescaped(said: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), said, flags=re.DOTALL)


def _balanced(tokens: list[Token]) -> None:
    open_ones: list[Token] = []
    for token in tokens:
        code = token.code if token.kind == "mark" else ""
        if code in _PAIRS:
            open_ones.append(token)
        elif code in _PAIRS.values() and (not open_ones or _PAIRS[open_ones.pop().code] != code):
            raise NotJavaScript(token.line, f"{code!r} closes nothing")
    if open_ones:
        raise NotJavaScript(open_ones[-1].line, f"{open_ones[-1].code!r} is not closed")


class _Reader:
    """Reads values from a position; brackets are known to be balanced."""

    def __init__(self, tokens: list[Token], position: int, depth: int = 0) -> None:
        self._tokens, self._at, self._depth = tokens, position, depth

    def _code(self, ahead: int = 0) -> str:
        index = self._at + ahead
        return self._tokens[index].code if index < len(self._tokens) else ")"

    def items(self, end: str) -> list[Any]:
        """Return values up to the closing mark, which is taken."""
        found: list[Any] = []
        while self._at < len(self._tokens) and self._code() != end:
            if self._code() == ",":
                self._at += 1
            else:
                found.append(self.value())
        self._at += 1
        return found

    def value(self) -> Any:
        """Return one value: Text, Object, list, number as Expression, or an Expression."""
        start = self._at
        token = self._tokens[start]
        self._depth += 1
        found: Any = None
        if self._depth <= _DEEPEST:
            if token.value is not None:
                self._at += 1
                found = token.value
            elif token.code == "{":
                self._at += 1
                found = self._object(token.line)
            elif token.code == "[":
                self._at += 1
                found = self.items("]")
        self._depth -= 1
        if found is not None and self._code() in (",", "}", "]", ")", ":", ";"):
            return found
        return self._expression(start)

    def _object(self, line: int) -> Object:
        found = Object(line)
        while self._at < len(self._tokens) and self._code() != "}":
            token = self._tokens[self._at]
            key = token.value.plain if token.value else token.code if token.kind == "word" else None
            if token.code == ",":
                self._at += 1
            elif key is not None and self._code(1) == ":":
                self._at += 2
                found.values[snake(key)] = self.value()
                found.lines[snake(key)] = token.line
            else:  # `...more`, `[computed]: 1`, `shorthand`, `method() {}`
                found.whole = False
                self._skip()
        self._at += 1
        return found

    def _skip(self) -> int:
        """Go on to the end of an expression: a comma or a closing mark on its own level."""
        depth = 0
        while self._at < len(self._tokens):
            code = self._code()
            mark = self._tokens[self._at].kind == "mark"
            if mark and depth == 0 and (code == "," or code in _PAIRS.values()):
                break
            depth += (code in _PAIRS) - (code in _PAIRS.values()) if mark else 0
            self._at += 1
        return self._at

    def _expression(self, start: int) -> Any:
        """Return what a function gives, either side of a `? :`, or the code itself."""
        self._at = start
        end = self._skip()
        taken = self._tokens[start:end]
        arrow, question = _level(taken, "=>"), _level(taken, "?")
        inner = min((at for at in (arrow, question) if at is not None), default=len(taken))
        if inner + 1 < len(taken) and self._depth < _DEEPEST:
            found = _Reader(self._tokens, start + inner + 1, self._depth + 1).value()
            if inner == arrow or isinstance(found, Object):  # the other side of a `? :` is taken to say no more
                return found
        code = "".join(token.code for token in taken)
        if end == start:  # nothing was there: go on, or the reader would stay
            self._at = start + 1
        return Expression(code, self._tokens[min(start, len(self._tokens) - 1)].line)


def _level(tokens: list[Token], code: str) -> int | None:
    depth = 0
    for index, token in enumerate(tokens):
        if token.kind == "mark":
            depth += (token.code in _PAIRS) - (token.code in _PAIRS.values())
            if depth == 0 and token.code == code:
                return index
    return None
