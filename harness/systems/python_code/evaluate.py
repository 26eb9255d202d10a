"""What an expression stands for: constants, containers, names, and calls as far as they can be followed."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from harness.systems.python_code.values import UNKNOWN, Class, Function, Instance, Made, Module, Outside, Scope, Value

_STEPS = 500_000  # expressions and statements that are looked at; what lies behind is UNKNOWN
_LARGEST = 10_000  # items of a container, characters of a text
_STRING_METHODS = {"lower", "upper", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "split", "title"}
_CONTAINERS: dict[str, Callable[..., Value]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


class Evaluator:
    """Evaluates expressions; subclasses know how to run a function's body. `made` gathers every call to outside."""

    def __init__(self) -> None:
        self.made: list[Made] = []
        self._left = _STEPS

    def spent(self) -> bool:
        """Count a step; return whether there are none left."""
        self._left -= 1
        return self._left < 0

    def evaluate(self, node: ast.expr | None, scope: Scope) -> Value:
        """Return what an expression stands for."""
        if node is None or self.spent():
            return None if node is None else UNKNOWN
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        return handler(node, scope) if handler else UNKNOWN

    def run(self, function: Function, args: list[Value], kwargs: dict[str, Value], whole: bool) -> Value:
        """Return what a call of the code's own function gives."""
        raise NotImplementedError

    def _constant(self, node: ast.Constant, scope: Scope) -> Value:
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Value:
        return scope.find(node.id)

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Value:
        value = scope.names[node.target.id] = self.evaluate(node.value, scope)
        return value

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        owner = self.evaluate(node.value, scope)
        if isinstance(owner, Outside):
            return Outside(f"{owner.path}.{node.attr}")
        if isinstance(owner, Module):
            return owner.scope.names.get(node.attr, UNKNOWN)
        return UNKNOWN

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Value:
        parts = [self._formatted(part, scope) for part in node.values]
        return UNKNOWN if UNKNOWN in parts else _bounded("".join(parts))

    def _formatted(self, part: ast.expr, scope: Scope) -> Value:
        if isinstance(part, ast.FormattedValue):
            value = self.evaluate(part.value, scope)
            plain = part.conversion == -1 and part.format_spec is None and isinstance(value, str | int)
            return str(value) if plain else UNKNOWN
        return part.value if isinstance(part, ast.Constant) else UNKNOWN

    def _items(self, nodes: Iterable[ast.expr], scope: Scope) -> list[Value]:
        found: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                found += items_of(self.evaluate(node.value, scope))
            else:
                found.append(self.evaluate(node, scope))
        return found

    def _list(self, node: ast.List, scope: Scope) -> Value:
        return self._items(node.elts, scope)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Value:
        return tuple(self._items(node.elts, scope))

    def _set(self, node: ast.Set, scope: Scope) -> Value:
        return as_set(self._items(node.elts, scope))

    def _dict(self, node: ast.Dict, scope: Scope) -> Value:
        found: dict[Value, Value] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node, scope)
            if key_node is None:
                found.update(value if isinstance(value, dict) else {UNKNOWN: UNKNOWN})
            else:
                put(found, self.evaluate(key_node, scope), value)
        return found

    def _binop(self, node: ast.BinOp, scope: Scope) -> Value:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        if isinstance(node.op, ast.Add):
            if isinstance(left, str) and isinstance(right, str):
                return _bounded(left + right)
            if isinstance(left, list | tuple) or isinstance(right, list | tuple):
                return _bounded(items_of(left) + items_of(right))
        if isinstance(node.op, ast.BitOr):
            if isinstance(left, dict) or isinstance(right, dict):
                parts = [part if isinstance(part, dict) else {UNKNOWN: UNKNOWN} for part in (left, right)]
                return {**parts[0], **parts[1]}
            if isinstance(left, set | frozenset) or isinstance(right, set | frozenset):
                return as_set([*items_of(left), *items_of(right)])
        return UNKNOWN

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Value:
        for part in node.values:
            value = self.evaluate(part, scope)
            if not isinstance(value, bool | str | int | None | list | dict | tuple):
                return UNKNOWN
            if bool(value) == isinstance(node.op, ast.Or):
                return value
        return value

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Value:
        test = self.evaluate(node.test, scope)
        if isinstance(test, bool):
            return self.evaluate(node.body if test else node.orelse, scope)
        body, other = self.evaluate(node.body, scope), self.evaluate(node.orelse, scope)
        return body if body is other else UNKNOWN

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Value:
        owner, key = self.evaluate(node.value, scope), self.evaluate(node.slice, scope)
        if isinstance(owner, Outside):  # a type with parameters: ResourceParam[Lake]
            return owner
        try:
            return owner[key] if isinstance(owner, dict | list | tuple) else UNKNOWN
        except (KeyError, IndexError, TypeError):
            return UNKNOWN

    def _listcomp(self, node: ast.ListComp, scope: Scope) -> Value:
        return list(self._comprehended(node.generators, scope, lambda inner: self.evaluate(node.elt, inner)))

    _generatorexp = _listcomp

    def _setcomp(self, node: ast.SetComp, scope: Scope) -> Value:
        return as_set(self._comprehended(node.generators, scope, lambda inner: self.evaluate(node.elt, inner)))

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> Value:
        found: dict[Value, Value] = {}

        def pair(inner: Scope) -> tuple[Value, Value]:
            return self.evaluate(node.key, inner), self.evaluate(node.value, inner)

        for item in self._comprehended(node.generators, scope, pair):
            key, value = item if isinstance(item, tuple) else (UNKNOWN, UNKNOWN)
            put(found, key, value)
        return found

    def _comprehended(
        self, generators: list[ast.comprehension], scope: Scope, make: Callable[[Scope], Value]
    ) -> Iterator[Value]:
        if not generators:
            yield make(scope)
            return
        first, *rest = generators
        for item in items_of(self.evaluate(first.iter, scope)):
            if item is UNKNOWN:
                yield UNKNOWN
                continue
            inner = Scope(scope.module, scope)
            self.bind(first.target, item, inner)
            tests = [self.evaluate(test, inner) for test in first.ifs]
            if any(test is False for test in tests):
                continue
            if any(test is not True for test in tests):
                yield UNKNOWN
                continue
            yield from self._comprehended(rest, inner, make)

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Bind a target of an assignment, a loop or a comprehension."""
        if isinstance(target, ast.Name):
            scope.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            values = items_of(value)
            whole = len(values) == len(target.elts) and UNKNOWN not in values
            for index, part in enumerate(target.elts):
                starred = part.value if isinstance(part, ast.Starred) else part
                self.bind(starred, values[index] if whole and starred is part else UNKNOWN, scope)

    def _call(self, node: ast.Call, scope: Scope) -> Value:
        if isinstance(node.func, ast.Attribute):
            found = self._method(node, node.func, scope)
            if found is not None:
                return found
        callee = self.evaluate(node.func, scope)
        args = self._items(node.args, scope)
        kwargs, whole = self._keywords(node, scope)
        whole = whole and UNKNOWN not in [
            a for a, n in zip(args, node.args, strict=False) if isinstance(n, ast.Starred)
        ]
        if isinstance(callee, Outside):
            made = Made(callee.path, tuple(args), kwargs, whole, scope.module.place(node))
            self.made.append(made)
            return made
        if isinstance(callee, Made) and len(args) == 1 and isinstance(args[0], Function):
            return Function(args[0].node, args[0].scope, (*args[0].decorators, callee))  # a decorator that is called
        if isinstance(callee, Class):
            return Instance(callee)
        if isinstance(callee, Function) and not callee.decorators:
            return self.run(callee, args, kwargs, whole)
        if callee is UNKNOWN and isinstance(node.func, ast.Name):
            return _builtin(node.func.id, args, kwargs)
        return UNKNOWN

    def _keywords(self, node: ast.Call, scope: Scope) -> tuple[dict[str, Value], bool]:
        kwargs: dict[str, Value] = {}
        whole = True
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict):
                kwargs.update({key: v for key, v in value.items() if isinstance(key, str)})
                whole = whole and all(isinstance(key, str) for key in value)
            else:
                whole = False
        return kwargs, whole

    def _method(self, node: ast.Call, func: ast.Attribute, scope: Scope) -> Value | None:
        """Return what a method of a text or a container gives; None where the owner is neither."""
        owner = self.evaluate(func.value, scope)
        args = [self.evaluate(arg, scope) for arg in node.args]
        if isinstance(owner, str):
            plain = all(isinstance(arg, str) for arg in args) and not node.keywords
            if func.attr == "join" and args and not node.keywords:
                words = items_of(args[0])
                return _bounded(owner.join(words)) if all(isinstance(word, str) for word in words) else UNKNOWN
            try:
                return getattr(owner, func.attr)(*args) if plain and func.attr in _STRING_METHODS else UNKNOWN
            except (TypeError, ValueError):
                return UNKNOWN
        if isinstance(owner, dict) and not node.keywords:
            views: dict[str, Callable[[], list[Any]]] = {
                "keys": lambda: list(owner),
                "values": lambda: list(owner.values()),
                "items": lambda: [UNKNOWN if key is UNKNOWN else (key, value) for key, value in owner.items()],
            }
            if func.attr in views and not args:
                return views[func.attr]()
            if func.attr == "copy":
                return dict(owner)
        if isinstance(owner, set | frozenset) and func.attr == "union" and not node.keywords:
            return as_set(itertools.chain(owner, *map(items_of, args)))
        return UNKNOWN if isinstance(owner, list | tuple | dict | set | frozenset) else None


def items_of(value: Value) -> list[Value]:
    """Return the items of a container; [UNKNOWN] for anything else."""
    return list(value) if isinstance(value, list | tuple | set | frozenset | dict) else [UNKNOWN]


def as_set(items: Iterable[Value]) -> Value:
    """Return a set; what cannot be in one is UNKNOWN."""
    found: set[Value] = set()
    for item in items:
        try:
            found.add(item)
        except TypeError:
            found.add(UNKNOWN)
    return found


def put(found: dict[Value, Value], key: Value, value: Value) -> None:
    """Put a value into a dict; a key that cannot be in one is UNKNOWN."""
    try:
        found[key] = value
    except TypeError:
        found[UNKNOWN] = UNKNOWN


def _bounded(value: Value) -> Value:
    return value if len(value) <= _LARGEST else UNKNOWN


def _builtin(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    if name in _CONTAINERS and not kwargs and len(args) <= 1:
        items = items_of(args[0]) if args else []
        return as_set(items) if "set" in name else _CONTAINERS[name](items)
    if name == "dict" and len(args) <= 1:
        first = args[0] if args else {}
        return {**(first if isinstance(first, dict) else {UNKNOWN: UNKNOWN}), **kwargs}
    if name == "sorted" and len(args) == 1 and not kwargs:
        items = items_of(args[0])
        return sorted(items) if all(isinstance(item, str) for item in items) else [UNKNOWN]
    if name == "str" and len(args) == 1 and isinstance(args[0], str):
        return args[0]
    return UNKNOWN
