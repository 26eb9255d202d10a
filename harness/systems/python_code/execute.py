"""What statements bind: modules, functions and classes are followed as if they ran, without running."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from harness.systems.python_code.evaluate import Evaluator, items_of, put
from harness.systems.python_code.values import UNKNOWN, Class, Function, Module, Outside, Scope, Value

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEEPEST = 12  # calls within calls
_ADDS = {"append", "add", "extend", "update", "insert", "setdefault"}
_CHANGES = _ADDS | {"pop", "popitem", "remove", "discard", "clear", "difference_update", "intersection_update"}


class Executor(Evaluator):
    """Executes modules and the bodies of functions.

    `import_module`: returns the code's own module of a dotted name, or None. `functions` gathers every function that
    was defined, in every way in which its factory was called.
    """

    def __init__(self, import_module: Callable[[str], Module | None]) -> None:
        super().__init__()
        self._import_module = import_module
        self.functions: list[Function] = []
        self._depth = 0
        self._maybe = 0  # above 0: inside of what may not happen

    def module(self, module: Module) -> None:
        """Bind the names of a module."""
        self._body(module.tree.body, module.scope, [])

    def unseen(self, modules: list[Module]) -> None:
        """Look into the functions that nothing called, for what they define."""
        seen = {id(function.node) for function in self.functions}
        for module in modules:
            for outer in [node for node in ast.walk(module.tree) if isinstance(node, _FUNCTIONS)]:
                inner = [node for node in ast.walk(outer) if isinstance(node, _FUNCTIONS) and node is not outer]
                if any(id(node) not in seen for node in inner):
                    self._maybe += 1
                    self.run(Function(outer, module.scope), [], {}, whole=False)
                    self._maybe -= 1

    def run(self, function: Function, args: list[Value], kwargs: dict[str, Value], whole: bool) -> Value:
        """Return what a call gives; UNKNOWN where it cannot be told."""
        if self._depth >= _DEEPEST or self.spent():
            return UNKNOWN
        scope = Scope(function.scope.module, function.scope)
        scope.names.update(self._parameters(function, args, kwargs, whole))
        returned: list[Value] = []
        self._depth += 1
        try:
            self._body(function.node.body, scope, returned)
        finally:
            self._depth -= 1
        if _is_generator(function.node) or isinstance(function.node, ast.AsyncFunctionDef) or not returned:
            return UNKNOWN
        return returned[0] if all(value is returned[0] for value in returned) else UNKNOWN

    def _parameters(
        self, function: Function, args: list[Value], kwargs: dict[str, Value], whole: bool
    ) -> dict[str, Value]:
        given = function.node.args
        positional = [*given.posonlyargs, *given.args]
        bound: dict[str, Value] = {}
        for index, parameter in enumerate(positional):
            default = index - len(positional) + len(given.defaults)
            fallback = self.evaluate(given.defaults[default], function.scope) if default >= 0 and whole else UNKNOWN
            bound[parameter.arg] = args[index] if index < len(args) else kwargs.get(parameter.arg, fallback)
        for parameter, node in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            fallback = self.evaluate(node, function.scope) if node is not None and whole else UNKNOWN
            bound[parameter.arg] = kwargs.get(parameter.arg, fallback)
        if given.vararg:
            bound[given.vararg.arg] = tuple(args[len(positional) :]) if whole else UNKNOWN
        if given.kwarg:
            rest: dict[Any, Value] = {key: value for key, value in kwargs.items() if key not in bound}
            bound[given.kwarg.arg] = rest if whole else {**rest, UNKNOWN: UNKNOWN}
        return bound

    def _body(self, body: list[ast.stmt], scope: Scope, returned: list[Value]) -> bool:
        """Execute statements; return whether they surely end the function."""
        for statement in body:
            if self.spent():
                return False
            handler = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if handler and handler(statement, scope, returned):
                return True
        return False

    def _do_return(self, node: ast.Return, scope: Scope, returned: list[Value]) -> bool:
        returned.append(self.evaluate(node.value, scope))
        return True

    def _do_raise(self, node: ast.Raise, scope: Scope, returned: list[Value]) -> bool:
        return True

    def _do_assign(self, node: ast.Assign, scope: Scope, returned: list[Value]) -> None:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self._store(target, value, scope)

    def _do_annassign(self, node: ast.AnnAssign, scope: Scope, returned: list[Value]) -> None:
        if node.value is not None:
            self._store(node.target, self.evaluate(node.value, scope), scope)

    def _store(self, target: ast.expr, value: Value, scope: Scope) -> None:
        if isinstance(target, ast.Subscript):
            owner = self.evaluate(target.value, scope)
            if isinstance(owner, dict) and not self._maybe:
                put(owner, self.evaluate(target.slice, scope), value)
            else:
                _spoil(owner)
        else:
            self.bind(target, value, scope)

    def _do_augassign(self, node: ast.AugAssign, scope: Scope, returned: list[Value]) -> None:
        if isinstance(node.target, ast.Name):
            load = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            sum_ = ast.copy_location(ast.BinOp(load, node.op, node.value), node)
            scope.names[node.target.id] = UNKNOWN if self._maybe else self.evaluate(sum_, scope)

    def _do_delete(self, node: ast.Delete, scope: Scope, returned: list[Value]) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                _spoil(self.evaluate(target.value, scope))

    def _do_expr(self, node: ast.Expr, scope: Scope, returned: list[Value]) -> None:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _CHANGES:
            owner = self.evaluate(call.func.value, scope)
            args = [self.evaluate(arg, scope) for arg in call.args]
            if self._maybe or call.func.attr not in _ADDS or not _added(owner, call, args):
                _spoil(owner)
        elif not isinstance(call, ast.Constant):
            self.evaluate(call, scope)

    def _do_functiondef(self, node: ast.FunctionDef, scope: Scope, returned: list[Value]) -> None:
        decorators = tuple(self.evaluate(decorator, scope) for decorator in node.decorator_list)
        function = scope.names[node.name] = Function(node, scope, decorators)
        self.functions.append(function)

    _do_asyncfunctiondef = _do_functiondef

    def _do_classdef(self, node: ast.ClassDef, scope: Scope, returned: list[Value]) -> None:
        scope.names[node.name] = Class(node, scope, tuple(self.evaluate(base, scope) for base in node.bases))

    def _do_if(self, node: ast.If, scope: Scope, returned: list[Value]) -> bool:
        test = self.evaluate(node.test, scope)
        if isinstance(test, bool):
            return self._body(node.body if test else node.orelse, scope, returned)
        return self._either([node.body, node.orelse], scope, returned)

    def _do_try(self, node: ast.Try, scope: Scope, returned: list[Value]) -> bool:
        # What is tried first is what a platform that works does.
        branches = [[*node.body, *node.orelse], *(handler.body for handler in node.handlers)]
        ended = self._either(branches, scope, returned) if node.handlers else self._body(branches[0], scope, returned)
        return self._body(node.finalbody, scope, returned) or ended

    _do_trystar = _do_try

    def _do_match(self, node: ast.Match, scope: Scope, returned: list[Value]) -> bool:
        return self._either([*(case.body for case in node.cases), []], scope, returned)

    def _either(self, branches: list[list[ast.stmt]], scope: Scope, returned: list[Value]) -> bool:
        """Execute each branch from the same names; what they bind differently is UNKNOWN."""
        before = dict(scope.names)
        ends: list[dict[str, Value]] = []
        ended: list[bool] = []
        self._maybe += 1
        for branch in branches:
            scope.names = dict(before)
            ended.append(self._body(branch, scope, returned))
            if not ended[-1]:
                ends.append(scope.names)
        self._maybe -= 1
        scope.names = before
        for name in {name for names in ends for name in names}:
            values = [names[name] for names in ends if name in names]
            scope.names[name] = values[0] if all(_same(value, values[0]) for value in values) else UNKNOWN
        return all(ended)

    def _do_for(self, node: ast.For, scope: Scope, returned: list[Value]) -> None:
        items = items_of(self.evaluate(node.iter, scope))
        # A loop that may end early, or that loops over what is not told, happens or does not.
        uncertain = UNKNOWN in items or any(
            isinstance(n, ast.Break | ast.Continue | ast.Return) for n in ast.walk(node)
        )
        self._maybe += uncertain
        for item in items:
            self.bind(node.target, UNKNOWN if uncertain else item, scope)
            self._body(node.body, scope, returned)
        self._body(node.orelse, scope, returned)
        self._maybe -= uncertain

    _do_asyncfor = _do_for

    def _do_while(self, node: ast.While, scope: Scope, returned: list[Value]) -> bool:
        return self._either([node.body, []], scope, returned) and False

    def _do_with(self, node: ast.With, scope: Scope, returned: list[Value]) -> bool:
        for item in node.items:
            self.evaluate(item.context_expr, scope)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, UNKNOWN, scope)
        return self._body(node.body, scope, returned)

    _do_asyncwith = _do_with

    def _do_import(self, node: ast.Import, scope: Scope, returned: list[Value]) -> None:
        for alias in node.names:
            path = alias.name if alias.asname else alias.name.partition(".")[0]
            module = self._import_module(path)
            scope.names[alias.asname or path] = module or Outside(path)

    def _do_importfrom(self, node: ast.ImportFrom, scope: Scope, returned: list[Value]) -> None:
        path = _absolute(node, scope.module)
        module = self._import_module(path)
        for alias in node.names:
            if alias.name == "*":
                if module:
                    scope.names.update({k: v for k, v in module.scope.names.items() if not k.startswith("_")})
                else:
                    scope.stars.append(path)
                continue
            value: Value = Outside(f"{path}.{alias.name}")
            if module:
                value = module.scope.names.get(alias.name) or self._import_module(f"{path}.{alias.name}") or UNKNOWN
            scope.names[alias.asname or alias.name] = value


def _absolute(node: ast.ImportFrom, module: Module) -> str:
    """Return the dotted name that a `from … import` names."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    depth = node.level - 1 if module.file.name == "__init__.py" else node.level
    base = parts[: len(parts) - depth] if depth else parts
    return ".".join([*base, *([node.module] if node.module else [])])


def _is_generator(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, (*_FUNCTIONS, ast.Lambda, ast.GeneratorExp)):  # their yields are their own
            pending += ast.iter_child_nodes(node)
    return False


def _same(one: Value, other: Value) -> bool:
    return one is other or (isinstance(one, str | int | None) and type(one) is type(other) and one == other)


def _added(owner: Value, call: ast.Call, args: list[Value]) -> bool:
    """Add to a container as the call does; return whether that could be followed."""
    attribute = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if call.keywords or len(args) != 1 or any(isinstance(arg, ast.Starred) for arg in call.args):
        return False
    if isinstance(owner, list) and attribute in ("append", "extend"):
        owner += [args[0]] if attribute == "append" else items_of(args[0])
        return True
    if isinstance(owner, set) and attribute in ("add", "update"):
        try:
            owner.update([args[0]] if attribute == "add" else items_of(args[0]))
        except TypeError:
            return False
        return True
    if isinstance(owner, dict) and attribute == "update" and isinstance(args[0], dict):
        owner.update(args[0])
        return True
    return False


def _spoil(owner: Value) -> None:
    """Note that a container may hold more, or less, than is seen."""
    if isinstance(owner, dict):
        owner[UNKNOWN] = UNKNOWN
    elif isinstance(owner, list):
        owner.append(UNKNOWN)
    elif isinstance(owner, set):
        owner.add(UNKNOWN)
