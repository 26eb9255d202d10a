"""Resources of Dagster's definitions: declared, declared once, provided, and called what a field may be called."""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from harness.contracts.breach import Breach
from harness.contracts.load.project import Project, has_dagster, has_definitions
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.errors import Location
from harness.platform.problem import did_you_mean, one_of
from harness.systems.dagster_code import Definition, needs_of, uses_of
from harness.systems.dagster_code.definitions import WITH_RESOURCES

READABLE = ("orchestrator.code-readable",)
_PROVIDED_BY_DAGSTER = {"io_manager"}


@contract(
    "orchestrator.code-readable",
    stage=Stage.LOAD,
    promise="Every file of the Dagster code can be read, and is Python.",
    mend="correct the file at the place that is named",
    takes=Target.CODE,
    applies=has_dagster,
)
def code_readable(project: Project) -> Facts:
    raise_all(
        [
            Breach(
                "a file of the Dagster code is not Python",
                expected="Python",
                actual=problem.why,
                subject=problem.location.file.name,
                location=problem.location,
            )
            for problem in project.code.unreadable
        ]
    )
    return {"files": len(project.code.modules)}


@contract(
    "orchestrator.resources-declared",
    stage=Stage.LOAD,
    promise="Every resource that an asset, op, sensor or schedule takes from its context is declared by it.",
    requires=READABLE,
    mend="add the key to required_resource_keys, or take the resource as a parameter",
    takes=Target.CODE,
    applies=has_dagster,
)
def resources_declared(project: Project) -> Facts:
    found: dict[tuple[Location, str], Breach] = {}
    users = [definition for definition in project.definitions if definition.kind in WITH_RESOURCES]
    for definition in users:
        needs = needs_of(definition)
        for use in uses_of(definition.function) if needs.whole else ():
            if use.key not in needs.declared and (use.place, use.key) not in found:
                found[use.place, use.key] = Breach(
                    f"{definition.kind} {definition.name!r} uses the resource {use.key!r} and does not declare it"
                    + did_you_mean(use.key, needs.declared),
                    expected=f"{use.key!r} among its required_resource_keys",
                    actual=f"declared: {_listed(needs.declared)}",
                    evidence=f"Dagster says, when it runs: DagsterUnknownResourceError: Unknown resource `{use.key}`",
                    subject=definition.name,
                    location=use.place,
                )
    raise_all(list(found.values()))
    return {"definitions": len(users)}


@contract(
    "orchestrator.resources-declared-once",
    stage=Stage.LOAD,
    promise="A definition declares its resources as keys or as parameters, not in both ways.",
    requires=READABLE,
    mend="drop required_resource_keys and take each resource as a parameter, or the other way round",
    takes=Target.CODE,
    applies=has_dagster,
)
def resources_declared_once(project: Project) -> Facts:
    found: dict[Location, Breach] = {}
    for definition in project.definitions:
        needs = needs_of(definition)
        if needs.required and needs.parameters and definition.kind in WITH_RESOURCES:
            decorator = "@op" if definition.kind == "op" else f"@{definition.kind}"
            breach = Breach(
                f"{definition.kind} {definition.name!r} declares resources in both ways",
                expected="required_resource_keys or parameters, not both",
                actual=f"keys {_listed(needs.required)}; parameters {_listed(needs.parameters)}",
                evidence=f"Dagster says: Cannot specify resource requirements in both {decorator} decorator and as "
                "arguments to the decorated function",
                subject=definition.name,
                location=definition.place,
            )
            found.setdefault(definition.place, breach)
    raise_all(list(found.values()))
    return {"definitions": len(project.definitions)}


@contract(
    "orchestrator.resource-keys-valid",
    stage=Stage.LOAD,
    promise="Every resource key is a valid field name: an identifier, no keyword, without an underscore at its start.",
    requires=READABLE,
    mend="rename the key everywhere: where it is provided, declared and used",
    takes=Target.CODE,
    applies=has_dagster,
)
def resource_keys_valid(project: Project) -> Facts:
    found: dict[str, Breach] = {}
    keys = set()
    for key, place, subject in _all_keys(project):
        keys.add(key)
        if (said := _no_field(key)) and key not in found:
            found[key] = Breach(
                f"the resource key {key!r} is no field name",
                expected="an identifier that is no keyword and does not start with an underscore",
                actual=repr(key),
                evidence=f"Dagster says, when it runs: ValueError: {said}",
                subject=subject,
                location=place,
            )
    raise_all(list(found.values()))
    return {"keys": sorted(keys)}


@contract(
    "orchestrator.resources-provided",
    stage=Stage.LOAD,
    promise="Every resource that is declared is provided by the code location's Definitions.",
    requires=(*READABLE, "orchestrator.resources-declared-once"),
    mend="add the resource to Definitions(resources={…}), or correct the key",
    takes=Target.CODE,
    applies=has_definitions,
)
def resources_provided(project: Project) -> Facts:
    loaded = project.loaded
    assert loaded is not None
    provided = set(loaded.resources) | _PROVIDED_BY_DAGSTER
    found: dict[tuple[Location, str], Breach] = {}
    for definition in loaded.included if not loaded.resources_open else ():
        needs = needs_of(definition)
        for key in sorted((needs.required | needs.parameters) - provided - needs.own) if needs.whole else ():
            breach = Breach(
                f"{definition.kind} {definition.name!r} declares the resource {key!r}, which nothing provides"
                + did_you_mean(key, provided),
                expected=one_of(sorted(loaded.resources)),
                actual=key,
                evidence=f"Definitions(…) is at {loaded.place}",
                subject=definition.name,
                location=definition.place,
            )
            found.setdefault((definition.place, key), breach)
    raise_all(list(found.values()))
    return {"resources": sorted(loaded.resources)}


def _all_keys(project: Project) -> Iterator[tuple[str, Location, str]]:
    """Yield every resource key with where it is, or what declares it, and in whose name."""
    loaded = project.loaded
    for key, value in (loaded.resources if loaded else {}).items():
        assert loaded is not None
        place = getattr(value, "place", loaded.place)
        yield key, place if isinstance(place, Location) else loaded.place, key
    for definition in project.definitions:
        needs = needs_of(definition)
        for key in sorted(needs.required | needs.own | needs.parameters):
            yield key, _place(definition, key), key


def _place(definition: Definition, key: str) -> Location:
    used = next((use.place for use in uses_of(definition.function) if use.key == key), None)
    return used or definition.place


def _no_field(key: str) -> str | None:
    """Return why a key is no field of a named tuple, in Python's words."""
    if not key.isidentifier():
        return f"Type names and field names must be valid identifiers: {key!r}"
    if keyword.iskeyword(key):
        return f"Type names and field names cannot be a keyword: {key!r}"
    return f"Field names cannot start with an underscore: {key!r}" if key.startswith("_") else None


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
