"""Tables and columns that the Cube model reads are declared, by DuckDB's own word."""

from __future__ import annotations

from harness.contracts.breach import Breach
from harness.contracts.load.cube import MODEL_READABLE
from harness.contracts.load.cube_sql import bind_base, bind_member
from harness.contracts.load.project import Project, has_declared_cube
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.errors import Location
from harness.platform.problem import did_you_mean
from harness.systems.cube_files import Cube
from harness.systems.sql_binding import Unbound


@contract(
    "semantic.tables-exist",
    stage=Stage.LOAD,
    promise="Every table of a layer that a cube reads is declared.",
    requires=MODEL_READABLE,
    mend="correct the table in the cube's sql_table or sql",
    takes=Target.CODE,
    applies=has_declared_cube,
)
def tables_exist(project: Project) -> Facts:
    assert project.expectations is not None
    breaches, read = [], 0
    for cube in project.cube_model.cubes.values():
        bound = bind_base(project, cube)
        read += bound is not None
        if isinstance(bound, Unbound) and bound.what == "table":
            near = did_you_mean(bound.name, project.expectations.tables)
            breaches.append(
                Breach(
                    f"cube {cube.name!r} reads the table {bound.name!r}, which is not declared{near}",
                    expected=", ".join(project.expectations.derived),
                    actual=bound.name,
                    evidence=f"DuckDB says: {bound.said}",
                    subject=cube.name,
                    location=_place(cube, bound),
                )
            )
    raise_all(breaches)
    return {"cubes": read}


@contract(
    "semantic.columns-exist",
    stage=Stage.LOAD,
    promise="Every column that a cube, a member or a join reads is declared of the table that it reads.",
    requires=(*MODEL_READABLE, "semantic.tables-exist"),
    mend="correct the column in the SQL of the member, or in the mart",
    takes=Target.CODE,
    applies=has_declared_cube,
)
def columns_exist(project: Project) -> Facts:
    breaches, read = [], 0
    for cube in project.cube_model.cubes.values():
        bound = bind_base(project, cube)
        if isinstance(bound, Unbound):
            if bound.what == "column":
                breaches.append(_no_column(f"cube {cube.name!r}", bound, cube.name, _place(cube, bound)))
            continue
        for member in (*cube.members.values(), *cube.joins.values()):
            for text in member.sql:
                found = bind_member(project, cube, text)
                read += found is not None
                if isinstance(found, Unbound) and found.what == "column":
                    subject = f"{cube.name}/{member.name}"
                    place = Location(member.place.file, text.line)
                    breaches.append(_no_column(f"{cube.name}.{member.name}", found, subject, place))
    raise_all(breaches)
    return {"expressions": read}


def _no_column(who: str, unbound: Unbound, subject: str, place: Location) -> Breach:
    return Breach(
        f"{who} reads the column {unbound.name!r}, which is not there",
        expected="a declared column",
        actual=unbound.name,
        evidence=f"DuckDB says: {unbound.said}",
        subject=subject,
        location=place,
    )


def _place(cube: Cube, unbound: Unbound) -> Location:
    text = cube.sql_table or cube.sql
    line = (text.line if text else cube.place.line or 1) + (unbound.line - 1 if cube.sql_table is None else 0)
    return Location(cube.place.file, line)
