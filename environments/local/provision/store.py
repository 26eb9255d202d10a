"""Where parts lie, and the stamp that says that one is whole.

A part is made in `<folder>.partial` and renamed when it is whole, so a break never leaves half a part in its place.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from platformdirs import user_cache_path

from environments.local.provision.recipe import Recipe

_STAMP = ".floe-part.json"


def cache_folder() -> Path:
    """Return the user's cache folder of the harness, made when it is not there."""
    return user_cache_path("floe-harness", ensure_exists=True)


def folder_of(recipe: Recipe) -> Path:
    """Return where a part lies: its own folder of the cache; for Python packages the environment itself."""
    if recipe.kind == "python-env":
        return Path(sys.prefix)
    return cache_folder() / "parts" / f"{recipe.name}-{recipe.version}-{recipe.digest}"


def is_whole(recipe: Recipe) -> bool:
    """Tell whether a part is there, made from the present recipe, and its artifact unchanged."""
    folder = folder_of(recipe)
    try:
        stamp = json.loads((folder / _STAMP).read_text())
        return bool(stamp["digest"] == recipe.digest and stamp["artifact"] == _seen(folder / recipe.artifact, stamp))
    except (OSError, ValueError, KeyError):
        return False


def put_stamp(recipe: Recipe, folder: Path) -> None:
    """Write down that the part in a folder is whole; raises OSError when its artifact is not there."""
    stamp = {"name": recipe.name, "version": recipe.version, "digest": recipe.digest}
    (folder / _STAMP).write_text(json.dumps({**stamp, "artifact": _seen(folder / recipe.artifact, None)}))


def _seen(artifact: Path, stamp: dict[str, dict[str, object]] | None) -> dict[str, object]:
    """Describe an artifact; its content is read only when size or time differ from the stamp's."""
    stat = artifact.stat()
    quick = {"size": stat.st_size, "mtime": stat.st_mtime_ns}
    known = stamp["artifact"] if stamp else {}
    if artifact.is_dir():
        return {"folder": True}
    if {key: known.get(key) for key in quick} == quick:
        return known
    with artifact.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {**(known if known.get("sha256") == sha256 else quick), "sha256": sha256}
