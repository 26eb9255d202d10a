"""What an image is, read from images.yaml."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from environments.local.provision.packages import PROJECT
from environments.local.provision.recipe import load_recipes
from harness.code_files import code_files

FOLDER = Path(__file__).parent
PREFIX = "floe-harness"  # of the names of images that are built here


class Image(BaseModel):
    """One image: where it is published, and what it is built from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    version: str
    official: str | None = None  # as its maker publishes it: name:version, or name:version@sha256:digest
    bases: tuple[str, ...] = ()  # build arguments, each the name of a base image
    requirements: str | None = None  # a dependency group of pyproject.toml
    files: Mapping[str, str] = {}  # place in the build context -> file or folder of the project
    parts: Mapping[str, str] = {}  # place in the build context -> part that `local` makes
    ports: tuple[int, ...] = ()
    user: int
    standin: bool = False  # whether what is built here stands in for the real server
    base_names: Mapping[str, str] = {}  # build argument -> name of the base image

    @property
    def arguments(self) -> dict[str, str]:
        """Build arguments of the Dockerfile."""
        return {base: self.base_names[base] for base in self.bases}

    @property
    def folder(self) -> Path:
        """The folder of its Dockerfile."""
        return FOLDER / self.name

    def content(self) -> Iterator[tuple[str, Path]]:
        """Yield the files of the build context, in an order that is always the same: place, file."""
        sources = {"": self.folder, **{place: PROJECT / path for place, path in self.files.items()}}
        for place, source in sources.items():
            for within in code_files(source):
                yield (Path(place) / within).as_posix(), source / within

    @cached_property
    def pins(self) -> str:
        """requirements.txt with hashes, from the lock; empty for an image without Python packages."""
        from environments.containers.images.pins import locked  # late: a list of images needs none

        return locked(self.requirements) if self.requirements else ""

    @cached_property
    def digest(self) -> str:
        """Twelve hex digits of all that it is built from."""
        digest = hashlib.sha256(f"{sorted(self.arguments.items())}\0{self.pins}".encode())
        for place, part in self.parts.items():
            digest.update(f"\0{place} {load_recipes()[part].digest}".encode())
        for place, file in self.content():
            digest.update(f"\0{place}\0".encode() + file.read_bytes())
        return digest.hexdigest()[:12]

    @property
    def tag(self) -> str:
        """The name under which it is built here."""
        return f"{PREFIX}/{self.name}:{self.version}-{self.digest}"

    def reference(self, images: str) -> str:
        """Return the name of the image that runs with the setting `images` (official or built)."""
        return self.official if images == "official" and self.official else self.tag


def load_images(file: Path = FOLDER / "images.yaml") -> dict[str, Image]:
    """Return every image by name, those first whose build takes longest."""
    written = YAML(typ="safe").load(file)
    images = [Image(base_names=written["bases"], **image) for image in written["images"]]
    return {image.name: image for image in images}
