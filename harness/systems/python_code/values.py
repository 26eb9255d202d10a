"""What an expression may stand for: a constant, a container, or one of the values below."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import Location

Value = Any  # a str, an int …, a list, tuple, set or dict of values, or one of the classes below


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()  # what the code does not tell; in a container: there may be more


@dataclass(eq=False, repr=False)
class Scope:
    """The names of a module or of a function's body; `stars` are modules from outside whose names are all taken."""

    module: Module
    parent: Scope | None = None
    names: dict[str, Value] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    def find(self, name: str) -> Value:
        """Return what a name stands for, UNKNOWN where it is not bound."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            if len(scope.stars) == 1:
                return Outside(f"{scope.stars[0]}.{name}")
            scope = scope.parent
        return UNKNOWN


@dataclass(eq=False, repr=False)
class Module:
    """A file of Python: `name` is the dotted one under which it is imported."""

    name: str
    file: Path
    tree: ast.Module
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.scope = Scope(self)

    def place(self, node: ast.AST) -> Location:
        """Return where a node is written."""
        return Location(self.file, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)


@dataclass(frozen=True, eq=False)
class Outside:
    """Something that is imported from elsewhere, by its dotted path: `dagster.asset`."""

    path: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, eq=False)
class Made:
    """What a call of something from outside gives: `dagster.ScheduleDefinition(name=…)`."""

    path: str
    args: tuple[Value, ...]
    kwargs: Mapping[str, Value]
    whole: bool  # False: there are arguments that the code does not tell
    place: Location

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    def argument(self, name: str, position: int | None = None, default: Value = None) -> Value:
        """Return an argument: `default` when it is not given, UNKNOWN when that cannot be told."""
        if name in self.kwargs:
            return self.kwargs[name]
        if position is not None and position < len(self.args):
            return self.args[position]
        return default if self.whole else UNKNOWN


@dataclass(eq=False, repr=False)
class Function:
    """A function of the code; one that is made again by a factory is another."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    scope: Scope  # in which it is defined
    decorators: tuple[Value, ...] = ()

    @property
    def place(self) -> Location:
        """Where its `def` is written."""
        return self.scope.module.place(self.node)


@dataclass(eq=False, repr=False)
class Class:
    """A class of the code; `bases` as far as they are told."""

    node: ast.ClassDef
    scope: Scope
    bases: tuple[Value, ...] = ()

    def method(self, name: str) -> Function | None:
        """Return a method that the class itself defines."""
        for node in self.node.body:
            if isinstance(node, ast.FunctionDef) and node.name == name and not node.decorator_list:
                return Function(node, self.scope)
        return None

    def ancestors(self) -> list[Value]:
        """Return the class and all that it inherits from."""
        found: list[Value] = []
        pending: list[Value] = [self]
        while pending:
            kind = pending.pop()
            if any(kind is known for known in found):
                continue
            found.append(kind)
            pending += kind.bases if isinstance(kind, Class) else ()
        return found


@dataclass(frozen=True, eq=False)
class Instance:
    """An object of a class of the code."""

    of: Class


def is_open(value: Value) -> bool:
    """Return whether a value is not wholly told: UNKNOWN, or a container that may hold more."""
    if isinstance(value, list | tuple | set | frozenset | dict):
        return any(item is UNKNOWN for item in value)
    return value is UNKNOWN
