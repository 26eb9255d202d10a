"""The models, sources and tests of a dbt project, from its YAML, SQL and Python files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import Location
from harness.systems.dbt_files.templates import Template
from harness.systems.yaml_lines import NotYaml, listed, mapping, place_of, read_yaml

_LARGEST = 1024 * 1024  # bytes
_PATHS = {
    "model": ("model-paths", "models"),
    "seed": ("seed-paths", "seeds"),
    "snapshot": ("snapshot-paths", "snapshots"),
}
_SUFFIXES = {"model": {".sql", ".py"}, "seed": {".csv"}, "snapshot": {".sql"}}
_VAR = re.compile(r"""\{\{\s*var\(\s*(['"])(\w+)\1\s*(?:,\s*(['"])([^'"]*)\3\s*)?\)\s*\}\}""")
_REF = re.compile(r"""ref\(\s*(['"])([^'"]+)\1\s*\)""")


@dataclass(frozen=True)
class Model:
    """A model, seed or snapshot; `schema`: what its configuration says, None where that says nothing.

    `schema_told` is False where the configuration cannot be told.
    """

    name: str
    kind: str
    file: Path
    template: Template | None  # of SQL alone
    schema: str | None
    schema_told: bool

    def place(self, line: int = 1) -> Location:
        """Return a line of its file."""
        return Location(self.file, line)


@dataclass(frozen=True)
class Source:
    """A table that a source declares; `schema` as it is written."""

    source: str
    name: str
    schema: str
    place: Location


@dataclass(frozen=True)
class Column:
    """A column that YAML tests; `reference`: (model, field) that a relationship test names."""

    model: str
    name: str
    place: Location
    tested: bool
    reference: tuple[str, str | None] | None = None


@dataclass
class DbtProject:
    """A project; `unreadable`: what of it is not what it should be. `packages`: whether it uses others' projects."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    models: list[Model] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    versioned: set[str] = field(default_factory=set)
    outputs: list[tuple[Location, dict[str, Any]]] = field(default_factory=list)  # of profiles.yml
    unreadable: list[NotYaml] = field(default_factory=list)
    packages: bool = False

    def resources(self) -> Iterator[tuple[str, str]]:
        """Yield name and kind of every model, seed, snapshot and source's table."""
        yield from ((model.name, model.kind) for model in self.models)
        yield from ((source.name, "source") for source in self.sources)

    def text(self, said: str) -> tuple[str | None, str | None]:
        """Return what a text with at most one `var` in it stands for, and that variable's name; None: not told."""
        if "{" not in said:
            return said, None
        found = _VAR.fullmatch(said.strip())
        if not found:
            return None, None
        value = mapping(self.settings.get("vars")).get(found[2], found[4])
        return (value if isinstance(value, str) else None), found[2]

    @property
    def macros(self) -> str:
        """The text of all macros."""
        folders = listed(self.settings.get("macro-paths")) or ["macros"]
        files = [file for folder in folders for file in sorted((self.folder / str(folder)).rglob("*.sql"))]
        return "\n".join(filter(None, map(_text, files)))


def read_dbt(folder: Path) -> DbtProject:
    """Read a dbt project's folder; never raises for what a file holds: that is `unreadable`."""
    project = DbtProject(folder)
    project.settings = mapping(_yaml(project, folder / "dbt_project.yml"))
    project.packages = any((folder / name).exists() for name in ("packages.yml", "dependencies.yml"))
    properties: list[Path] = []
    for kind, (key, usual) in _PATHS.items():
        for path in listed(project.settings.get(key)) or [usual]:
            base = folder / str(path)
            for file in sorted(base.rglob("*")) if base.is_dir() else ():
                if file.suffix in _SUFFIXES[kind] and file.is_file():
                    project.models.append(_model(project, kind, file, base))
                elif file.suffix in (".yml", ".yaml") and file.is_file():
                    properties.append(file)
    for file in properties:
        _properties(project, file)
    profiles = folder / "profiles.yml"
    content = mapping(_yaml(project, profiles)) if profiles.is_file() else {}
    for name, profile in content.items():
        outputs = mapping(mapping(profile).get("outputs")) if name != "config" else {}
        project.outputs += [(place_of(profiles, outputs, key), mapping(out)) for key, out in outputs.items()]
    return project


def _yaml(project: DbtProject, file: Path) -> Any:
    try:
        return read_yaml(file)
    except NotYaml as problem:
        project.unreadable.append(problem)
        return None


def _text(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
        return raw.decode("utf-8-sig") if len(raw) <= _LARGEST else None
    except (OSError, UnicodeDecodeError):
        return None


def _model(project: DbtProject, kind: str, file: Path, base: Path) -> Model:
    text = _text(file) if file.suffix == ".sql" else None
    template = Template(text) if text is not None else None
    schema = template.config("schema") if template else None
    told = template is not None and (schema is not None or not template.mentions("schema"))
    if schema is None:
        schema, configured = _configured(project, kind, file.relative_to(base).parts[:-1], file.stem)
        told = told and configured
    return Model(file.stem, kind, file, template, schema, told)


def _configured(project: DbtProject, kind: str, folders: tuple[str, ...], name: str) -> tuple[str | None, bool]:
    """Return the schema that dbt_project.yml configures for a model, and whether that can be told."""
    level = mapping(mapping(project.settings.get(f"{kind}s")).get(str(project.settings.get("name"))))
    schema: Any = mapping(project.settings.get(f"{kind}s")).get("+schema")
    for part in ("", *folders, name):
        level = mapping(level.get(part)) if part else level
        schema = level.get("+schema", schema)
    if schema is None:
        return None, True
    value, variable = project.text(str(schema))
    return value, variable is None and value is not None


def _properties(project: DbtProject, file: Path) -> None:
    content = mapping(_yaml(project, file))
    for source in map(mapping, listed(content.get("sources"))):
        name = str(source.get("name"))
        for table in map(mapping, listed(source.get("tables"))):
            schema = str(source.get("schema", name))
            project.sources.append(Source(name, str(table.get("name")), schema, place_of(file, table)))
    for model in map(mapping, listed(content.get("models"))):
        name = str(model.get("name"))
        if model.get("versions"):
            project.versioned.add(name)
        if "schema" in mapping(model.get("config")):
            _reschema(project, name, mapping(model.get("config"))["schema"])
        for column in map(mapping, listed(model.get("columns"))):
            project.columns += _columns(name, column, place_of(file, column))


def _reschema(project: DbtProject, name: str, schema: Any) -> None:
    """Note a schema that YAML configures; where a model's own `config(…)` has one too, it is not told."""
    value, variable = project.text(str(schema))
    for index, model in enumerate(project.models):
        if model.name == name:
            told = model.template is not None and not model.template.mentions("schema") and variable is None
            project.models[index] = Model(
                name, model.kind, model.file, model.template, value, told and value is not None
            )


def _columns(model: str, column: dict[str, Any], place: Location) -> Iterator[Column]:
    tests = [*listed(column.get("data_tests")), *listed(column.get("tests"))]
    yield Column(model, str(column.get("name")), place, bool(tests))
    for test in map(mapping, tests):
        said = mapping(test.get("relationships"))
        said = {**said, **mapping(said.get("arguments"))}
        to = _REF.search(str(said.get("to", "")))
        if to:
            named = said.get("field")
            yield Column(model, str(column.get("name")), place, True, (to[2], str(named) if named else None))
