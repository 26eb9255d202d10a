"""The Cube model: cubes, members, joins and rollups that are named are there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.contracts.breach import Breach
from harness.contracts.load.cube_sql import expressions, named_by
from harness.contracts.load.project import Project, has_cube
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.errors import Location
from harness.platform.problem import did_you_mean
from harness.systems.cube_files import Cube, CubeModel

MODEL_READABLE = ("semantic.model-readable",)
_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


@contract(
    "semantic.model-readable",
    stage=Stage.LOAD,
    promise="Every file of the Cube model can be read.",
    mend="correct the file at the place that is named",
    takes=Target.CODE,
    applies=has_cube,
)
def model_readable(project: Project) -> Facts:
    raise_all(
        [
            Breach(
                f"{place.file.name} of the Cube model cannot be read",
                expected="a data model",
                actual=why,
                subject=place.file.name,
                location=place,
            )
            for place, why in project.cube_model.unreadable
        ]
    )
    return {"cubes": sorted(project.cube_model.cubes)}


@contract(
    "semantic.cubes-declared",
    stage=Stage.LOAD,
    promise="Every cube and member that is declared is in the Cube model.",
    requires=MODEL_READABLE,
    mend="bring the model and expectations.yaml into agreement",
    takes=Target.CODE,
    applies=lambda project: has_cube(project) or (None if project.expectations else "no expectations are given"),
)
def cubes_declared(project: Project) -> Facts:
    assert project.expectations is not None
    model = project.cube_model
    breaches = []
    for name, members in project.expectations.semantic.cubes.items():
        cube = model.cubes.get(name)
        if cube is not None:
            known = [f"{name}.{member}" for member in cube.members]
            lost = sorted(members - set(cube.members)) if cube.whole else []
            breaches += [_missing("member", f"{name}.{member}", known, name, cube.place) for member in lost]
        elif model.whole and name not in model.views:
            breaches.append(_missing("cube", name, model.cubes, name, Location(project.cube or Path())))
    raise_all(breaches)
    return {"cubes": sorted(model.cubes)}


@contract(
    "semantic.joins-exist",
    stage=Stage.LOAD,
    promise="Every cube that a join names is in the Cube model.",
    requires=MODEL_READABLE,
    mend="correct the cube's name in the join",
    takes=Target.CODE,
    applies=has_cube,
)
def joins_exist(project: Project) -> Facts:
    model = project.cube_model
    raise_all(
        [
            _missing("cube", join.name, model.cubes, f"{cube.name}/{join.name}", join.place)
            for cube in model.cubes.values()
            for join in cube.joins.values()
            if model.whole and join.name not in model.cubes
        ]
    )
    return {"joins": sum(len(cube.joins) for cube in model.cubes.values())}


@contract(
    "semantic.members-exist",
    stage=Stage.LOAD,
    promise="Every member that another member or a rollup names is in the Cube model.",
    requires=MODEL_READABLE,
    mend="correct the member's name",
    takes=Target.CODE,
    applies=has_cube,
)
def members_exist(project: Project) -> Facts:
    model = project.cube_model
    breaches = []
    for cube in model.cubes.values():
        layers = set(project.namespaces)
        for code, place, by in _named(cube):
            missing = _unknown_member(model, cube, code, layers)
            if missing:
                owner = model.cubes.get(missing.partition(".")[0])
                known = [f"{c.name}.{m}" for c in ([owner] if owner else model.cubes.values()) for m in c.members]
                breaches.append(_missing("member", missing, known, f"{cube.name}/{by}", place))
    raise_all(breaches)
    return {"members": sum(len(cube.members) for cube in model.cubes.values())}


def _named(cube: Cube) -> Iterator[tuple[str, Location, str]]:
    """Yield every path that a cube's members and rollups name, with its place and who names it."""
    for member in (*cube.members.values(), *cube.joins.values()):
        for expression in expressions(member):
            if "." in expression.code and _PATH.fullmatch(expression.code):
                yield expression.code, Location(member.place.file, expression.line), member.name
    for path in cube.rollups:
        if _PATH.fullmatch(path.code):
            yield path.code, path.place, "pre_aggregations"


def _unknown_member(model: CubeModel, cube: Cube, code: str, layers: set[str]) -> str | None:
    """Return `cube.member` of a path that leads nowhere; None where it leads somewhere, or may."""
    owner, member = named_by(model, cube, code)
    if owner is None:
        first, *rest = code.split(".")
        unknown = model.whole and rest and first not in model.views and len(rest) == 1 and rest[0] not in layers
        return code if unknown else None
    if member is None or not owner.whole or member in owner.members:
        return None
    return f"{owner.name}.{member}"


def _missing(kind: str, name: str, known: Iterable[str], subject: str, place: Location) -> Breach:
    names = sorted(known)
    return Breach(
        f"the Cube model has no {kind} {name!r}{did_you_mean(name, names)}",
        expected=f"a {kind} of the model",
        actual=f"there are: {', '.join(names) or 'none'}",
        subject=subject,
        location=place,
    )
