"""Compiled artifacts carry every layer of platform.yaml, whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.contracts.breach import Breach
from harness.contracts.load.project import Project
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.errors import Location
from harness.systems.yaml_lines import NotYaml, mapping, place_of, read_yaml

_CARRIED = ("namespace", "storage_ref", "catalog_ref")
_DEEPEST = 3  # mappings within mappings, in which `layers` is looked for


def _applies(project: Project) -> str | None:
    if project.compiled is None:
        return "the platform ships no compiled artifacts"
    return None if project.platform else "no platform.yaml is given"


@contract(
    "compiled.layers-carried",
    stage=Stage.LOAD,
    promise="The compiled artifacts have every layer of platform.yaml, with namespace, storage_ref and catalog_ref.",
    mend="compile again, with a compiler that carries `layers` over",
    takes=Target.CODE,
    applies=_applies,
)
def layers_carried(project: Project) -> Facts:
    assert project.compiled is not None
    assert project.platform is not None
    file = project.compiled
    try:
        content = read_yaml(file)  # JSON is YAML
    except NotYaml as problem:
        raise Breach(
            "the compiled artifacts cannot be read",
            expected="JSON or YAML",
            actual=problem.why,
            subject=file.name,
            location=problem.location,
        ) from None
    layers, there = _layers(content)
    raise_all(list(_broken(project, file, layers, there, place_of(file, content))))
    return {"layers": sorted(there)}


def _layers(content: Any) -> tuple[Any, dict[str, Any]]:
    """Return `layers` as it is written, nearest to the top, and its layers by name; a list has their names inside."""
    level = [content]
    for _ in range(_DEEPEST):
        for value in level:
            if "layers" in mapping(value):
                found = value["layers"]
                items = found if isinstance(found, list) else []
                named = {str(mapping(item).get("name")): item for item in items}
                return found, named or mapping(found)
        level = [inner for value in level for inner in mapping(value).values()]
    return None, {}


def _broken(project: Project, file: Path, layers: Any, there: dict[str, Any], top: Location) -> Iterator[Breach]:
    assert project.platform is not None
    for name, layer in project.platform.layers.items():
        if name not in there:
            said = f"Layer {name!r} not configured. Available layers: {sorted(there)}"
            place = place_of(file, layers) if layers is not None else top
            yield Breach(
                f"the compiled artifacts lack the layer {name!r}",
                expected=", ".join(project.platform.layers),
                actual=", ".join(sorted(there)) or "no layers",
                evidence=f"the platform says, when it runs: ValueError: {said}",
                subject=name,
                location=place,
            )
            continue
        for key in _CARRIED:
            wanted, found = getattr(layer, key), mapping(there[name]).get(key)
            if found != wanted:
                yield Breach(
                    f"the compiled layer {name!r} has {'no' if found is None else 'another'} {key}",
                    expected=str(wanted),
                    actual="nothing" if found is None else str(found),
                    subject=f"{name}/{key}",
                    location=place_of(file, there[name], key if found is not None else None),
                )
