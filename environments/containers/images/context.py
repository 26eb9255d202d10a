"""What goes to the engine for a build: one archive of an image's content."""

from __future__ import annotations

import io
import tarfile
from typing import IO

from environments.containers.images.table import Image
from environments.local.provision import provision
from environments.local.provision.recipe import load_recipes
from environments.local.provision.store import program_of


def write_context(image: Image, file: IO[bytes]) -> None:
    """Write the build context as a tar archive; a part that is not there yet is made. Raises ProvisionError.

    Owners and times are left out, so that what is the same is cached as such.
    """
    with tarfile.open(fileobj=file, mode="w") as archive:
        for place, path in image.content():
            _add(archive, place, path.read_bytes(), executable=False)
        if image.pins:
            _add(archive, "requirements.txt", image.pins.encode(), executable=False)
        if image.parts:
            provision(list(image.parts.values()))
        for place, part in image.parts.items():
            _add(archive, place, program_of(load_recipes()[part]).read_bytes(), executable=True)


def _add(archive: tarfile.TarFile, place: str, content: bytes, *, executable: bool) -> None:
    entry = tarfile.TarInfo(place)
    entry.size, entry.mode = len(content), 0o755 if executable else 0o644
    archive.addfile(entry, io.BytesIO(content))
