"""What a part is, read from parts.yaml."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

PARTS_FOLDER = Path(__file__).parents[1] / "parts"


class Recipe(BaseModel):
    """One part: where it comes from, what decides that it is current, and what it takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    version: str
    kind: Literal["go-build", "python-env", "npm", "duckdb-home", "venv"]
    artifacts: tuple[str, ...]  # patterns relative to the part's folder; what they match proves the part
    used_by: tuple[str, ...]  # workloads
    inputs: tuple[str, ...] = ()  # files relative to parts.yaml: the locks
    megabytes: int
    building_megabytes: int = 0  # on top, while it is made
    package: str = ""  # go-build: the main package
    toolchain: str = ""  # go-build: the package with Go, for a machine that has none, or one too old
    requires: tuple[str, ...] = ()
    optional: bool = False  # made only when it is named
    home: Path = PARTS_FOLDER  # the folder of parts.yaml

    def input(self, name: str) -> Path:
        """Return the path of the input that has this file name; raises KeyError."""
        return {path.name: path for path in (self.home / given for given in self.inputs)}[name]

    @property
    def digest(self) -> str:
        """Return twelve hex digits of what decides a part's content: the recipe, its inputs, the machine's kind."""
        told = self.model_dump_json(include={"name", "version", "kind", "package"})
        digest = hashlib.sha256(told.encode())
        digest.update(f"{platform.system()} {platform.machine()}".encode())
        if self.kind in ("python-env", "venv"):
            digest.update(platform.python_version().encode())
        for name in self.inputs:
            digest.update((self.home / name).read_bytes())
        return digest.hexdigest()[:12]


def load_recipes(folder: Path = PARTS_FOLDER) -> dict[str, Recipe]:
    """Return every part of a parts.yaml by name, in the order in which they are best begun."""
    written = YAML(typ="safe").load(folder / "parts.yaml")
    recipes = [Recipe(home=folder, **part) for part in written["parts"]]
    return {recipe.name: recipe for recipe in recipes}
