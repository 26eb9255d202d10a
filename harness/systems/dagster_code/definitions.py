"""Functions that a decorator of Dagster makes a definition of: assets, ops, sensors, schedules, jobs, resources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.errors import Location
from harness.systems.python_code import Function, Made, Outside, Value

ASSETS = frozenset({"asset", "graph_asset", "observable_source_asset"})  # of one key
SEVERAL_ASSETS = frozenset({"multi_asset", "graph_multi_asset", "multi_observable_source_asset"})
# Those whose function is given resources by its context, and whose decorator takes `required_resource_keys`.
WITH_RESOURCES = frozenset(
    {
        *("asset", "multi_asset", "observable_source_asset", "multi_observable_source_asset", "dbt_assets"),
        *("asset_check", "multi_asset_check", "op", "resource", "io_manager", "success_hook", "failure_hook"),
        *("sensor", "asset_sensor", "multi_asset_sensor", "schedule"),
    }
)
KINDS = ASSETS | SEVERAL_ASSETS | WITH_RESOURCES | {"job", "graph", "run_status_sensor", "run_failure_sensor"}


@dataclass(frozen=True, eq=False)
class Definition:
    """A decorated function: `kind` is the decorator's name, `options` what the decorator was given."""

    kind: str
    function: Function
    options: Made

    @property
    def name(self) -> str:
        """What it is called; the function's own name where the code does not tell another."""
        named = self.options.argument("name")
        if named is None and self.kind in ("op", "job", "graph", "sensor"):
            first = self.options.args[:1]
            named = first[0] if first and isinstance(first[0], str) else None
        return named if isinstance(named, str) else self.function.node.name

    @property
    def place(self) -> Location:
        """Where its function is written."""
        return self.function.place


def is_dagster(path: str) -> bool:
    """Return whether a dotted path leads into Dagster or one of its libraries."""
    root = path.partition(".")[0]
    return root == "dagster" or root.startswith("dagster_")


def definition_of(function: Value) -> Definition | None:
    """Return the definition that a function is made, None for another."""
    for decorator in function.decorators if isinstance(function, Function) else ():
        if isinstance(decorator, Made | Outside) and is_dagster(decorator.path) and decorator.name in KINDS:
            bare = Made(decorator.path, (), {}, True, function.place)
            return Definition(decorator.name, function, decorator if isinstance(decorator, Made) else bare)
    return None


def definitions_of(functions: Iterable[Function]) -> list[Definition]:
    """Return the definitions among functions; one that a factory made several times is there several times."""
    return [found for function in functions if (found := definition_of(function))]
