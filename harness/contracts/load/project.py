"""What the load contracts look at: the platform's own code, and what is declared of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from harness.expectations import FILE as EXPECTATIONS
from harness.expectations import Expectations, load_expectations
from harness.platform import Platform, read_platform

if TYPE_CHECKING:
    from harness.systems.cube_files import CubeModel
    from harness.systems.dagster_code import Definition, Loaded
    from harness.systems.dbt_files import DbtProject
    from harness.systems.python_code import Code
    from harness.systems.sql_binding import Binder


@dataclass(frozen=True)
class Project:
    """The code of a platform; what is None is not there, and nothing is said about it.

    `dagster`, `dbt`, `cube`: folders (the dbt project's is the one with dbt_project.yml). `libraries`: further folders
    of Python that the Dagster code uses, such as the one of its observability. `compiled`: the compiled artifacts that
    the platform ships, JSON or YAML. `python`: the interpreter that may load the Dagster definitions for real, in
    `environment` (variables on top of this process's own); without one, no code is run.
    """

    platform: Platform | None = None
    expectations: Expectations | None = None
    dagster: Path | None = None
    dbt: Path | None = None
    cube: Path | None = None
    compiled: Path | None = None
    libraries: tuple[Path, ...] = ()
    python: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    # A check of a running stack asks for it to tell a dead workload; here nothing runs.
    stack = None

    @cached_property
    def code(self) -> Code:
        """The Dagster code, read."""
        from harness.systems.python_code import read_code

        assert self.dagster is not None
        return read_code(self.dagster, self.libraries)

    @cached_property
    def definitions(self) -> list[Definition]:
        """The definitions of the Dagster code."""
        from harness.systems.dagster_code import definitions_of

        return definitions_of(self.code.functions)

    @cached_property
    def loaded(self) -> Loaded | None:
        """What the code location would load; None where the code does not tell it."""
        from harness.systems.dagster_code import loaded

        return loaded(self.code)

    @cached_property
    def dbt_project(self) -> DbtProject | None:
        """The dbt project, read; None where none is given."""
        from harness.systems.dbt_files import read_dbt

        return read_dbt(self.dbt) if self.dbt is not None else None

    @cached_property
    def cube_model(self) -> CubeModel:
        """The Cube model, read."""
        from harness.systems.cube_files import read_cube

        assert self.cube is not None
        return read_cube(self.cube)

    @cached_property
    def binder(self) -> Binder | None:
        """Binds SQL over the declared tables; None where none are declared."""
        from harness.systems.sql_binding import Binder

        if self.expectations is None or self.platform is None:
            return None
        tables = {
            (self.namespaces[table.layer], name): table.columns
            for name, table in self.expectations.tables.items()
            if table.layer in self.namespaces
        }
        return Binder(tables) if tables else None

    def in_lake(self, table: str) -> str | None:
        """Return a declared table's name in SQL; None for another."""
        found = self.expectations.tables.get(table) if self.expectations else None
        return f'lake."{self.namespaces[found.layer]}"."{table}"' if found and found.layer in self.namespaces else None

    @cached_property
    def namespaces(self) -> dict[str, str]:
        """Layer -> namespace."""
        return {name: layer.namespace for name, layer in self.platform.layers.items()} if self.platform else {}


COMPILED = ("compiled_artifacts.json", "compiled_artifacts.yaml")


def project_beside(
    platform_file: Path, *, python: Path | None = None, environment: Mapping[str, str] | None = None
) -> Project:
    """Return the project whose parts stand beside a platform.yaml, as in the reference platform.

    `pipeline` has the Dagster code, `cube` the Cube model, expectations.yaml names the dbt project, and
    compiled_artifacts.json is what a compiler made. What is not there is None. Raises UsageError for expectations that
    cannot be read.
    """
    folder = platform_file.parent.absolute()
    expected = load_expectations(folder / EXPECTATIONS) if (folder / EXPECTATIONS).is_file() else None
    dbt = folder / (expected.transform.project if expected else "dbt")
    return Project(
        platform=read_platform(platform_file).platform,
        expectations=expected,
        dagster=_there(folder / "pipeline"),
        dbt=_there(dbt),
        cube=_there(folder / "cube"),
        compiled=next((folder / name for name in COMPILED if (folder / name).is_file()), None),
        python=python,
        environment=environment or {},
    )


def _there(folder: Path) -> Path | None:
    return folder if folder.is_dir() else None


def has_dagster(project: Project) -> str | None:
    """Return why a contract on Dagster code does not apply."""
    return None if project.dagster is not None else "no folder of Dagster code is given"


def has_definitions(project: Project) -> str | None:
    """Return why a contract on what Dagster loads does not apply."""
    if project.dagster is None:
        return has_dagster(project)
    return None if project.loaded else "the code does not tell what it loads: it has no single Definitions(…)"


def has_dbt(project: Project) -> str | None:
    """Return why a contract on the dbt project does not apply."""
    return None if project.dbt is not None else "no dbt project is given"


def has_declared_dbt(project: Project) -> str | None:
    """Return why a contract on the dbt project and what is declared of it does not apply."""
    return has_dbt(project) or (None if project.binder else "no platform.yaml and expectations are given")


def has_cube(project: Project) -> str | None:
    """Return why a contract on the Cube model does not apply."""
    return None if project.cube is not None else "no Cube model is given"


def has_declared_cube(project: Project) -> str | None:
    """Return why a contract on the Cube model and what is declared of it does not apply."""
    return has_cube(project) or (None if project.binder else "no platform.yaml and expectations are given")
