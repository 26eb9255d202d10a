"""Which resources a definition declares, and which its function uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from harness.errors import Location
from harness.systems.dagster_code.definitions import Definition, is_dagster
from harness.systems.python_code import UNKNOWN, Class, Function, Made, Outside, Value, is_open
from harness.systems.python_code.values import Scope

_CONTEXT = {"context", "_context", "context_", "__context", "init_context", "_init_context"}
_RESOURCES = {
    *("ConfigurableResource", "ConfigurableResourceFactory", "ConfigurableIOManager", "ConfigurableIOManagerFactory"),
    *("ResourceParam", "ResourceDefinition", "IAttachDifferentObjectToOpContext"),
}
# What Dagster's namespace of resources (a named tuple) has besides the resources.
_NO_RESOURCE = {"_asdict", "_replace", "_fields", "_make", "_field_defaults", "original_resource_dict"}


@dataclass(frozen=True)
class Use:
    """A resource that is taken from the context."""

    key: str
    place: Location


@dataclass(frozen=True)
class Needs:
    """What a definition declares.

    `required`: `required_resource_keys`. `own`: keys of `resource_defs`, which it brings itself. `parameters`: those
    whose type is surely a resource. `possible`: all other names that may be resources. `whole`: False where the code
    does not tell everything.
    """

    required: frozenset[str]
    own: frozenset[str]
    parameters: frozenset[str]
    possible: frozenset[str]
    whole: bool

    @property
    def declared(self) -> frozenset[str]:
        """Every key that the definition may take from the context."""
        return self.required | self.own | self.parameters | self.possible


def needs_of(definition: Definition) -> Needs:
    """Return what a definition declares."""
    options = definition.options
    keys = options.argument("required_resource_keys", default=())
    own = options.argument("resource_defs", default={})
    parameters = list(_parameters(definition))
    resources = {name for name, kind in parameters if kind is True}
    implied = {value for key, value in options.kwargs.items() if key.endswith("_key") and isinstance(value, str)}
    for nested in _nested(options):
        implied |= {value for key, value in nested.kwargs.items() if key.endswith("_key") and isinstance(value, str)}
    return Needs(
        required=_texts(keys),
        own=_texts(own),
        parameters=frozenset(resources),
        possible=frozenset(implied | {name for name, _ in parameters}),
        whole=not (is_open(keys if keys is not None else ()) or is_open(own if own is not None else ())),
    )


def _texts(value: Value) -> frozenset[str]:
    found = value if isinstance(value, list | tuple | set | frozenset | dict) else ()
    return frozenset(item for item in found if isinstance(item, str))


def _nested(options: Made) -> Iterator[Made]:
    """Yield AssetIn, AssetOut and the like among a decorator's arguments."""
    for value in options.kwargs.values():
        for item in value.values() if isinstance(value, dict) else (value,):
            if isinstance(item, Made):
                yield item


def _parameters(definition: Definition) -> Iterator[tuple[str, bool | None]]:
    """Yield each parameter but the context, and whether it is a resource: None where that cannot be told."""
    given = definition.function.node.args
    for parameter in [*given.posonlyargs, *given.args, *given.kwonlyargs]:
        if parameter.arg not in _CONTEXT and not _is_context(parameter.annotation):
            yield parameter.arg, _is_resource(_annotation(parameter.annotation, definition.function.scope))


def _annotation(node: ast.expr | None, scope: Scope) -> Value:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except (SyntaxError, ValueError):
            return UNKNOWN
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        return scope.find(node.id)
    if isinstance(node, ast.Attribute):
        owner = _annotation(node.value, scope)
        if isinstance(owner, Outside):
            return Outside(f"{owner.path}.{node.attr}")
        names = getattr(getattr(owner, "scope", None), "names", {})
        return names.get(node.attr, UNKNOWN)
    return UNKNOWN


def _is_resource(annotation: Value) -> bool | None:
    kinds = annotation.ancestors() if isinstance(annotation, Class) else [annotation]
    outside = [kind for kind in kinds if isinstance(kind, Outside) and is_dagster(kind.path)]
    if any(kind.name in _RESOURCES or kind.name.endswith("Resource") for kind in outside):
        return True
    return None


def _is_context(node: ast.expr | None) -> bool:
    words = node.value if isinstance(node, ast.Constant) else ast.unparse(node) if node is not None else ""
    return str(words).partition("[")[0].endswith("Context")


def uses_of(function: Function) -> list[Use]:
    """Return the resources that a function takes from its context, as far as simple names lead to it."""
    given = function.node.args
    positional = [*given.posonlyargs, *given.args]
    context = next((p for p in positional if p.arg in _CONTEXT or _is_context(p.annotation)), None)
    if context is None:
        return []
    finder = _Uses(function, context.arg)
    for statement in function.node.body:
        finder.visit(statement)
    return finder.found


class _Uses(ast.NodeVisitor):
    """Follows `context`, `context.resources` and the names that are bound to them."""

    def __init__(self, function: Function, context: str) -> None:
        self._module = function.scope.module
        self.contexts = {context}
        self.resources: set[str] = set()
        self.found: list[Use] = []
        bound = _bound(function.node)
        if bound.count(context):  # it is bound to something else, somewhere
            self.contexts.clear()
        self._once = {name for name in bound if bound.count(name) == 1}

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id in self._once:
                if isinstance(node.value, ast.Name) and node.value.id in self.contexts:
                    self.contexts.add(target.id)
                elif self._is_resources(node.value):
                    self.resources.add(target.id)
            else:
                self.visit(target)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self._is_resources(node.value):
            if isinstance(node.ctx, ast.Load) and node.attr not in _NO_RESOURCE:
                self.found.append(Use(node.attr, self._module.place(node)))
        else:
            self.generic_visit(node)

    def _nested(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        own = {p.arg for p in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]}
        if not own & (self.contexts | self.resources):  # else the name is another's
            self.generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _nested

    def _is_resources(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.resources
        through = isinstance(node, ast.Attribute) and node.attr == "resources" and isinstance(node.value, ast.Name)
        return through and node.value.id in self.contexts  # type: ignore[attr-defined]


def _bound(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Return every name that the body binds, as often as it does."""
    return [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
