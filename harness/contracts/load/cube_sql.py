"""SQL of the Cube model over the declared tables: what a placeholder stands for, and what DuckDB says of the rest."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts.load.project import Project
from harness.systems.cube_files import Cube, CubeModel, Expression, Member, Text
from harness.systems.sql_binding import Bound, Unbound

OWN = ("CUBE", "TABLE")


def expressions(member: Member) -> Iterator[Expression]:
    """Yield the placeholders of a member's SQL."""
    for text in member.sql:
        yield from (part for part in text.parts if isinstance(part, Expression))


def named_by(model: CubeModel, cube: Cube, code: str) -> tuple[Cube | None, str | None]:
    """Return the cube and the member that a path names, e.g. `CUBE.revenue`, `customers`, `revenue`."""
    first, *rest = code.split(".")
    cubes = {**model.cubes, cube.name: cube, **dict.fromkeys(OWN, cube)}
    while len(rest) > 1 and rest[0] in model.cubes:  # a path of joins: orders.customers.country
        first, *rest = rest
    if first in cubes:
        return cubes[first], rest[0] if rest else None
    return (cube, first) if not rest else (None, None)


def base(project: Project, cube: Cube) -> str | None:
    """Return the query that a cube is made of; None where it cannot be told."""
    if cube.sql_table is not None:
        table = _rendered(project, cube, cube.sql_table, set())
        return f"FROM {table}" if table else None  # as DuckDB writes SELECT *
    return _rendered(project, cube, cube.sql, set()) if cube.sql is not None else None


def bind_base(project: Project, cube: Cube) -> Bound | Unbound | None:
    """Return what DuckDB says of a cube's own query."""
    query = base(project, cube)
    return project.binder.bind(query) if query is not None and project.binder else None


def bind_member(project: Project, cube: Cube, text: Text) -> Bound | Unbound | None:
    """Return what DuckDB says of a member's SQL over its cube, and the cubes that it names."""
    others: set[str] = set()
    said = _rendered(project, cube, text, others)
    if not said or project.binder is None:
        return None
    tables = []
    for name in [cube.name, *sorted(others - {cube.name})]:
        query = base(project, project.cube_model.cubes[name])
        if query is None or isinstance(project.binder.bind(query), Unbound):
            return None  # that cube itself is told
        tables.append(f'({query}\n) AS "{name}"')
    return project.binder.bind(f"SELECT {said}\nFROM {', '.join(tables)}")


def _rendered(project: Project, cube: Cube, text: Text, others: set[str]) -> str | None:
    """Return a text with its placeholders filled in; None where one is not told. `others`: cubes that it names."""
    parts: list[str] = []
    for part in text.parts:
        said = part if isinstance(part, str) else _placeholder(project, cube, part.code, others)
        if said is None:
            return None
        parts.append(said)
    return "".join(parts)


def _placeholder(project: Project, cube: Cube, code: str, others: set[str]) -> str | None:
    owner, member = named_by(project.cube_model, cube, code)
    if owner and member is None:
        others.add(owner.name)
        return f'"{owner.name}"'
    if owner and member in owner.members:
        return "NULL"  # another member: looked at where it is defined
    # A layer's name is how a model names the layer's namespace.
    return project.namespaces.get(code.rpartition(".")[2]) if all(p.isidentifier() for p in code.split(".")) else None
