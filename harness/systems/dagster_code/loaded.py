"""What a code location would load: the one `Definitions(…)` of the code, as far as its arguments are told."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from harness.errors import Location
from harness.systems.dagster_code.assets import Asset, assets_of, key_of
from harness.systems.dagster_code.definitions import Definition, definition_of, is_dagster
from harness.systems.python_code import UNKNOWN, Code, Function, Made, Outside, Value
from harness.systems.python_code.values import Module

# Where one of these is called, there is more than a `Definitions(…)` tells.
_MORE = {
    *("merge", "merge_unbound_defs", "load_from_defs_folder", "load_definitions_from_module", "build_component_defs"),
    *("load_definitions_from_modules", "load_definitions_from_package_module", "load_definitions_from_package_name"),
    *("repository", "with_resources", "definitions", "load_defs"),
}


@dataclass(frozen=True)
class Trigger:
    """A schedule or a sensor; `jobs`: names of those it starts, which must be there; `crons`: as they are written."""

    kind: str
    name: str | None
    place: Location
    jobs: tuple[str, ...] = ()  # that it names; one that it is given as an object is there with it
    crons: tuple[str, ...] = ()
    starts: str | None = None  # its one job, however it is given


@dataclass(frozen=True)
class Job:
    """A job of assets: `selects` are keys that it names itself."""

    name: str
    place: Location
    selects: tuple[str, ...] = ()


@dataclass
class Loaded:
    """What a `Definitions(…)` has; of each, the flag `…_open` says that there may be more than is told."""

    module: Module
    variable: str
    place: Location
    resources: dict[str, Value] = field(default_factory=dict)
    resources_open: bool = False
    assets: list[Asset] = field(default_factory=list)
    assets_open: bool = False
    dbt: list[Definition] = field(default_factory=list)  # definitions whose assets are the models of a dbt project
    jobs: list[Job] = field(default_factory=list)
    jobs_open: bool = False
    triggers: list[Trigger] = field(default_factory=list)
    schedules_open: bool = False
    sensors_open: bool = False
    included: list[Definition] = field(default_factory=list)  # functions that are loaded with it


def loaded(code: Code) -> Loaded | None:
    """Return the one `Definitions(…)` of the code; None when there is none, or when others may be merged into it."""
    found = [
        (module, name, value)
        for module in code.modules
        for name, value in module.scope.names.items()
        if isinstance(value, Made) and value.path.startswith("dagster.") and value.name == "Definitions"
    ]
    at_home = [one for one in found if one[2].place.file == one[0].file]
    distinct = {id(value) for _, _, value in found}
    if len(distinct) != 1 or not at_home or _has_more(code):
        return None
    module, name, made = at_home[0]
    return _Reader(code, Loaded(module, name, made.place)).read(made)


def _has_more(code: Code) -> bool:
    decorators = (decorator for function in code.functions for decorator in function.decorators)
    return any(
        isinstance(value, Made | Outside) and is_dagster(value.path) and value.name in _MORE
        for value in (*code.executor.made, *decorators)
    )


class _Reader:
    def __init__(self, code: Code, found: Loaded) -> None:
        self._code = code
        self._found = found

    def read(self, made: Made) -> Loaded:
        found = self._found
        resources = made.argument("resources", default={})
        if isinstance(resources, dict):
            found.resources = {key: value for key, value in resources.items() if isinstance(key, str)}
        found.resources_open = not isinstance(resources, dict | None) or any(
            not isinstance(key, str) for key in resources or ()
        )
        for value in found.resources.values():
            self._include(value)
        found.assets_open = not self._assets(made.argument("assets", default=()))
        for value in _each(made.argument("asset_checks", default=())):
            self._include(value)
        for value in _each(made.argument("jobs", default=())):
            found.jobs_open |= not self._job(value)
        for value in _each(made.argument("schedules", default=())):
            found.schedules_open |= not self._trigger(value)
        for value in _each(made.argument("sensors", default=())):
            found.sensors_open |= not self._trigger(value)
        return found

    def _include(self, value: Value) -> Definition | None:
        definition = definition_of(value)
        if definition and all(definition.function is not known.function for known in self._found.included):
            self._found.included.append(definition)
        return definition

    def _assets(self, value: Value) -> bool:
        """Take what `assets=` names; return whether it is all told."""
        if isinstance(value, list | tuple | set):
            return all([self._assets(item) for item in value])
        if value is None:
            return True
        if isinstance(value, Made) and value.name.startswith("load_assets_from"):
            self._whole_modules(value)
            return False
        if isinstance(value, Made) and value.name in ("AssetSpec", "SourceAsset"):
            self._found.assets.append(Asset(key_of(value), value.place))
            return True
        definition = self._include(value)
        if definition is None:
            return False
        if definition.kind == "dbt_assets":
            self._found.dbt.append(definition)
            return True
        assets = assets_of(definition)
        self._found.assets += assets
        return bool(assets) and all(asset.key is not None for asset in assets)

    def _whole_modules(self, made: Made) -> None:
        named = made.argument("modules", 0, default=[])
        current = made.name == "load_assets_from_current_module"
        modules = [m for m in _each(named) if isinstance(m, Module)]
        if current:
            modules = [m for m in self._code.modules if m.file == made.place.file]
        if made.argument("key_prefix") is None:
            for module in modules:
                self._assets([v for v in module.scope.names.values() if isinstance(v, Function)])

    def _job(self, value: Value) -> bool:
        """Take a job; return whether its name is told."""
        if isinstance(value, Made) and is_dagster(value.path):
            name = value.argument("name", 0)
            if not isinstance(name, str):
                return False
            selects = tuple(_selected(value.argument("selection", 1))) if value.name == "define_asset_job" else ()
            self._found.jobs.append(Job(name, value.place, selects))
            return True
        definition = self._include(value)
        if definition and definition.kind == "job":
            self._found.jobs.append(Job(definition.name, definition.place))
            if definition.options.argument("resource_defs") is None:
                self._ops(definition)
            return True
        return False

    def _ops(self, job: Definition) -> None:
        """Include the ops that a job's body calls."""
        for node in ast.walk(job.function.node):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                self._include(job.function.scope.find(node.func.id))

    def _trigger(self, value: Value) -> bool:
        """Take a schedule or a sensor; return whether it is told."""
        definition = self._include(value)
        trigger = trigger_of(definition.options if definition else value, definition)
        if trigger is None:
            return False
        self._found.triggers.append(trigger)
        options = definition.options if definition else value
        for job in _targets(options):
            known = [one.place for one in self._found.jobs]
            if not isinstance(job, str) and getattr(job, "place", None) not in known:
                self._found.jobs_open |= not self._job(job)
        return trigger.name is not None


def trigger_of(options: Value, definition: Definition | None = None) -> Trigger | None:
    """Return a schedule or sensor, from its decorator or its constructor; None for something else."""
    if not isinstance(options, Made) or not ("chedule" in options.name or "ensor" in options.name):
        return None
    name = definition.name if definition else options.argument("name")
    targets = list(_targets(options))
    if name is None and options.name == "ScheduleDefinition" and len(targets) == 1:
        job = _job_name(targets[0])
        name = f"{job}_schedule" if job else None
    cron = options.argument("cron_schedule", 0 if options.name == "schedule" else None)
    kind = "schedule" if "chedule" in options.name else "sensor"
    return Trigger(
        kind=kind,
        name=name if isinstance(name, str) else None,
        place=definition.place if definition else options.place,
        jobs=tuple(target for target in targets if isinstance(target, str)),
        crons=tuple(text for text in _each(cron) if isinstance(text, str)),
        starts=_job_name(targets[0]) if len(targets) == 1 else None,
    )


def _targets(options: Value) -> Iterator[Value]:
    """Yield the jobs that a schedule or sensor starts: names as texts, others as they are."""
    if isinstance(options, Made):
        if (name := options.argument("job_name")) is not None and isinstance(name, str):
            yield name
        for value in (options.argument("job"), *_each(options.argument("jobs", default=()))):
            if value is not None and value is not UNKNOWN:
                yield value
        target = options.argument("target")
        if isinstance(target, Made) and target.name == "define_asset_job":
            yield target


def _job_name(value: Value) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, Made):
        name = value.argument("name", 0)
        return name if isinstance(name, str) else None
    definition = definition_of(value)
    return definition.name if definition and definition.kind == "job" else None


def _selected(selection: Value) -> Iterator[str]:
    """Yield the keys that a selection names one by one; whatever else it says is left alone."""
    if isinstance(selection, str):
        if selection and all(character.isalnum() or character in "_/" for character in selection):
            yield selection  # anything else is in the language of selections
    elif isinstance(selection, list | tuple | set):
        for item in selection:
            yield from _selected(item) if isinstance(item, str) else filter(None, [key_of(item)])
    elif isinstance(selection, Made) and selection.path.endswith(("AssetSelection.assets", "AssetSelection.keys")):
        for item in selection.args:
            yield from filter(None, [key_of(item)])


def _each(value: Value) -> Iterable[Value]:
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return () if value is None else (value,)
