"""The cubes of a data model: their tables, members, joins and pre-aggregations."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.errors import Location
from harness.systems.cube_files.javascript import NotJavaScript, calls
from harness.systems.cube_files.text import Expression, Object, Text, snake, yaml_text
from harness.systems.yaml_lines import NotYaml, place_of, read_yaml

_LARGEST = 1024 * 1024  # bytes
_MEMBERS = ("measures", "dimensions", "segments")
_IN_ROLLUPS = ("measures", "dimensions", "segments", "time_dimension")
# Where one of these is used, cubes may be made that no literal tells.
_MAKES_MORE = ("asyncModule", "context_symbols", "{%", "{{")
_FUNCTIONS = frozenset({"cube", "view"})


@dataclass(frozen=True)
class Member:
    """A measure, dimension, segment or join: the SQL that it is made of."""

    name: str
    kind: str
    sql: tuple[Text, ...]
    place: Location


@dataclass(frozen=True)
class Path:
    """A member that a pre-aggregation names, e.g. `CUBE.revenue`."""

    code: str
    place: Location


@dataclass
class Cube:
    """A cube; `whole` is False where it may have members that are not told."""

    name: str
    place: Location
    sql_table: Text | None = None
    sql: Text | None = None
    members: dict[str, Member] = field(default_factory=dict)
    joins: dict[str, Member] = field(default_factory=dict)
    rollups: list[Path] = field(default_factory=list)
    whole: bool = True


@dataclass
class CubeModel:
    """All cubes; `whole` is False where there may be more than are told. `views`: names of views."""

    cubes: dict[str, Cube] = field(default_factory=dict)
    views: set[str] = field(default_factory=set)
    unreadable: list[tuple[Location, str]] = field(default_factory=list)
    whole: bool = True


def read_cube(folder: pathlib.Path) -> CubeModel:
    """Read a folder with a data model; its folder `model` or `schema`, where it has one.

    Never raises for what a file holds: that is `unreadable`.
    """
    model = CubeModel()
    base = next((folder / name for name in ("model", "schema") if (folder / name).is_dir()), folder)
    for file in sorted(base.rglob("*")) if base.is_dir() else ():
        if "node_modules" in file.parts or not file.is_file():
            continue
        if file.suffix == ".js":
            _javascript(model, file)
        elif file.suffix in (".yml", ".yaml"):
            _yaml(model, file)
        elif file.suffix in (".py", ".jinja", ".ts"):
            model.whole = False
    return model


def _source(model: CubeModel, file: pathlib.Path) -> str | None:
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            model.unreadable.append((Location(file), f"larger than {_LARGEST // 1024} KiB"))
            return None
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        model.unreadable.append((Location(file), str(error)))
        return None


def _javascript(model: CubeModel, file: pathlib.Path) -> None:
    code = _source(model, file)
    if code is None:
        return
    model.whole = model.whole and not any(word in code for word in _MAKES_MORE[:1])
    try:
        found = list(calls(code, _FUNCTIONS))
    except NotJavaScript:
        # A regular expression or other code that this reader does not know may look so: no alarm, and nothing is told.
        model.whole = False
        return
    for function, line, arguments in found:
        name = arguments[0].plain if arguments and isinstance(arguments[0], Text) else None
        if name is None or len(arguments) < 2 or not isinstance(arguments[1], Object):
            model.whole = False
        elif function == "view":
            model.views.add(name)
        else:
            model.cubes[name] = _cube(name, arguments[1], file, line)


def _yaml(model: CubeModel, file: pathlib.Path) -> None:
    code = _source(model, file)
    if code is None:
        return
    if "{%" in code or "{{" in code:
        model.whole = False
        return
    try:
        content = read_yaml(file)
    except NotYaml as problem:
        model.unreadable.append((problem.location, problem.why))
        return
    plain = _from_yaml(content, file)
    if not isinstance(plain, Object):
        return
    for view in plain.get("views") or ():
        if isinstance(view, Object) and isinstance(view.get("name"), Text):
            model.views.add(str(view.get("name").plain))
    for cube in plain.get("cubes") or ():
        name = cube.get("name") if isinstance(cube, Object) else None
        if isinstance(name, Text) and name.plain:
            for part in (*_MEMBERS, "joins", "pre_aggregations"):
                cube.values[part] = _by_name(cube.get(part))
            model.cubes[name.plain] = _cube(name.plain, cube, file, cube.line)


def _from_yaml(content: Any, file: pathlib.Path, line: int = 1, depth: int = 0) -> Any:
    """Return a YAML value as the values of a JavaScript model are."""
    if depth > 50:
        return Expression("", line)
    if isinstance(content, dict):
        found = Object(place_of(file, content).line or line)
        for key, value in content.items():
            at = place_of(file, content, key).line or line
            found.values[snake(str(key))] = _from_yaml(value, file, at, depth + 1)
            found.lines[snake(str(key))] = at
        return found
    if isinstance(content, list):
        return [
            _from_yaml(item, file, place_of(file, content, i).line or line, depth + 1) for i, item in enumerate(content)
        ]
    return yaml_text(content, line) if isinstance(content, str) else Expression(str(content), line)


def _by_name(value: Any) -> Any:
    """Return a list of mappings with names as one mapping."""
    if not isinstance(value, list):
        return value
    found = Object()
    for item in value:
        name = item.get("name") if isinstance(item, Object) else None
        if isinstance(name, Text) and name.plain:
            found.values[name.plain], found.lines[name.plain] = item, item.line
        else:
            found.whole = False
    return found


def _cube(name: str, said: Object, file: pathlib.Path, line: int) -> Cube:
    cube = Cube(name, Location(file, line), _text(said.get("sql_table")), _text(said.get("sql")))
    cube.whole = said.whole and said.get("extends") is None
    for kind in _MEMBERS:
        for member in _members(cube, kind, said.get(kind), file):
            cube.members[member.name] = member
    for join in _members(cube, "joins", said.get("joins"), file):
        cube.joins[join.name] = join
    rollups = said.get("pre_aggregations")
    for rollup in rollups.values.values() if isinstance(rollups, Object) else ():
        if isinstance(rollup, Object):
            for key in _IN_ROLLUPS:
                cube.rollups += _paths(rollup.get(key), file)
    return cube


def _text(value: Any) -> Text | None:
    if isinstance(value, Expression):
        return Text((value,), value.line)
    return value if isinstance(value, Text) else None


def _members(cube: Cube, kind: str, said: Any, file: pathlib.Path) -> Iterator[Member]:
    if said is None:
        return
    if not isinstance(said, Object):
        cube.whole = False
        return
    cube.whole = cube.whole and said.whole
    for name, value in said.values.items():
        sql: list[Text] = []
        if isinstance(value, Object):
            filters = value.get("filters")
            written = [value.get("sql"), *(f.get("sql") for f in filters or () if isinstance(f, Object))]
            sql = [text for text in map(_text, written) if text is not None] if isinstance(filters, list | None) else []
        yield Member(name, kind, tuple(sql), Location(file, said.lines.get(name, cube.place.line)))


def _paths(value: Any, file: pathlib.Path) -> Iterator[Path]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Expression):
            yield Path(item.code, Location(file, item.line))
        elif isinstance(item, Text) and item.plain:
            yield Path(item.plain, Location(file, item.line))
