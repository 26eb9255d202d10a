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
    inputs: tuple[str, ...]  # relative to parts/
    artifact: str  # relative to the part's folder; its presence proves the part
    megabytes: int
    building_megabytes: int = 0  # on top, while it is made
    package: str = ""  # go-build: the main package
    requires: tuple[str, ...] = ()
    optional: bool = False  # made only when it is named

    @property
    def digest(self) -> str:
        """Return twelve hex digits of what decides a part's content: the recipe, its inputs, the machine's kind."""
        told = self.model_dump_json(include={"name", "version", "kind", "package"})
        digest = hashlib.sha256(told.encode())
        digest.update(f"{platform.system()} {platform.machine()}".encode())
        if self.kind in ("python-env", "venv"):
            digest.update(platform.python_version().encode())
        for name in self.inputs:
            digest.update((PARTS_FOLDER / name).read_bytes())
        return digest.hexdigest()[:12]


def load_recipes() -> dict[str, Recipe]:
    """Return every part by name, in the order in which they are best begun."""
    written = YAML(typ="safe").load(PARTS_FOLDER / "parts.yaml")
    recipes = [Recipe.model_validate(part) for part in written["parts"]]
    return {recipe.name: recipe for recipe in recipes}
