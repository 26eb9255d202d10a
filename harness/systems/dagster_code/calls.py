"""Calls of a method by its name, and whether they bind to its signature, as Python would."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.errors import Location
from harness.systems.python_code.values import Module

# Decorators that leave the signature as it is.
_TRANSPARENT = {"contextmanager", "asynccontextmanager", "staticmethod", "classmethod", "abstractmethod", "override"}


@dataclass(frozen=True)
class Call:
    """A call; `positional` counts arguments before a `*`, `named` are keywords, `whole` is False for `*` and `**`."""

    place: Location
    positional: int
    named: tuple[str, ...]
    whole: bool
    written: str

    def fault(self, signature: inspect.Signature) -> str | None:
        """Return why the call does not bind to a signature, in Python's words; None where it does, or may."""
        args, kwargs = [None] * self.positional, dict.fromkeys(self.named)
        try:
            signature.bind_partial(*args, **kwargs)  # first what is too much, as a call tells it, then what is missing
            if self.whole:
                signature.bind(*args, **kwargs)
        except TypeError as error:
            return str(error)
        return None


def calls_of(modules: Iterable[Module], method: str) -> Iterator[Call]:
    """Yield every call `<anything>.<method>(…)`."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
                starred = [index for index, arg in enumerate(node.args) if isinstance(arg, ast.Starred)]
                named = tuple(keyword.arg for keyword in node.keywords if keyword.arg)
                yield Call(
                    place=module.place(node),
                    positional=starred[0] if starred else len(node.args),
                    named=tuple(dict.fromkeys(named)),
                    whole=not starred and len(named) == len(node.keywords),
                    written=ast.unparse(node),
                )


def signatures_of(modules: Iterable[Module], method: str) -> list[inspect.Signature] | None:
    """Return the signatures of every function of that name, without `self`; None where one cannot be told."""
    found: list[inspect.Signature] = []
    for module in modules:
        methods = {id(node) for kind in ast.walk(module.tree) if isinstance(kind, ast.ClassDef) for node in kind.body}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and _binds(node, method):
                return None
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == method:
                decorators = {_last(decorator) for decorator in node.decorator_list}
                if decorators - _TRANSPARENT:
                    return None
                try:
                    found.append(_signature(node, drop_first=id(node) in methods and "staticmethod" not in decorators))
                except ValueError:  # a parameter twice: Python refuses the whole file, which is told elsewhere
                    return None
    return found


def _binds(node: ast.Assign | ast.AnnAssign, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(t, ast.Name | ast.Attribute) and _last(t) == name for t in targets)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return ""  # a decorator with arguments may do anything
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef, *, drop_first: bool) -> inspect.Signature:
    given = node.args
    first_default = len(given.posonlyargs) + len(given.args) - len(given.defaults)
    kinds: list[tuple[ast.arg, inspect._ParameterKind]]
    kinds = [(p, inspect.Parameter.POSITIONAL_ONLY) for p in given.posonlyargs]
    kinds += [(p, inspect.Parameter.POSITIONAL_OR_KEYWORD) for p in given.args]
    parameters = [
        inspect.Parameter(p.arg, kind, default=None if index >= first_default else inspect.Parameter.empty)
        for index, (p, kind) in enumerate(kinds)
    ]
    parameters = parameters[1:] if drop_first else parameters
    if given.vararg:
        parameters.append(inspect.Parameter(given.vararg.arg, inspect.Parameter.VAR_POSITIONAL))
    for p, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        fallback = inspect.Parameter.empty if default is None else None
        parameters.append(inspect.Parameter(p.arg, inspect.Parameter.KEYWORD_ONLY, default=fallback))
    if given.kwarg:
        parameters.append(inspect.Parameter(given.kwarg.arg, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)
