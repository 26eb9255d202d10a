"""Where parts lie, and the stamp that says that one is whole.

A part is made in `<folder>.partial` and renamed when it is whole, so a break never leaves half a part in its place.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path

from environments.local.provision.recipe import Recipe
from harness.errors import ProvisionError
from harness.whole_file import write_whole

_STAMP = ".floe-part.json"

State = Literal["there", "missing", "damaged"]


def cache_folder() -> Path:
    """Return the user's cache folder of the harness, made when it is not there; raises ProvisionError."""
    try:
        return user_cache_path("floe-harness", ensure_exists=True)
    except OSError as error:
        raise ProvisionError(
            "the cache folder cannot be made",
            actual=str(error),
            next_step="set XDG_CACHE_HOME to a folder that you may write to",
        ) from None


def folder_of(recipe: Recipe) -> Path:
    """Return where a part lies: its own folder of the cache; for Python packages the environment itself."""
    if recipe.kind == "python-env":
        return Path(sys.prefix)
    return cache_folder() / "parts" / f"{recipe.name}-{recipe.version}-{recipe.digest}"


def program_of(recipe: Recipe) -> Path:
    """Return the path of a part's first artifact, which is no pattern."""
    return folder_of(recipe) / recipe.artifacts[0]


def state_of(recipe: Recipe, *, thorough: bool = False) -> State:
    """Tell whether a part is there, made from the present recipe, and its artifacts unchanged.

    Their content is read only when size or time differ from what the stamp says, or when `thorough`.
    """
    folder = folder_of(recipe)
    try:
        stamp = stamp_of(folder)
        if stamp["digest"] != recipe.digest:
            return "missing"
        artifacts: dict[str, dict[str, Any]] = stamp["artifacts"]
    except OSError:
        return "missing"
    except (ValueError, KeyError, TypeError):
        return "damaged"
    whole = all(_is_as_known(folder / name, known, thorough) for name, known in artifacts.items())
    return "there" if whole and artifacts else "damaged"


def stamp_of(folder: Path) -> dict[str, Any]:
    """Return what the stamp of a part's folder says; raises OSError or ValueError where there is none that is whole."""
    stamp: dict[str, Any] = json.loads((folder / _STAMP).read_text())
    return stamp


def put_stamp(recipe: Recipe, folder: Path, seconds: float | None = None) -> None:
    """Write down that the part in a folder is whole, and how long it took to make where that is known.

    Raises ProvisionError when an artifact is not there.
    """
    artifacts = {}
    for artifact in _artifacts(recipe, folder):
        stat = artifact.stat()
        known = {"size": stat.st_size, "mtime": stat.st_mtime_ns, "sha256": _sha256(artifact)}
        artifacts[str(artifact.relative_to(folder))] = known
    stamp = {
        **{"name": recipe.name, "version": recipe.version, "digest": recipe.digest},
        **({} if seconds is None else {"seconds": round(seconds, 1)}),
        "artifacts": artifacts,
    }
    write_whole(folder / _STAMP, json.dumps(stamp, indent=1).encode())


def _artifacts(recipe: Recipe, folder: Path) -> Iterator[Path]:
    for pattern in recipe.artifacts:
        found = sorted(folder.glob(pattern))
        if not found:
            raise ProvisionError(
                f"{recipe.name} was made, but is not whole", expected=f"{pattern} in it", actual="no such file"
            )
        yield from found


def _is_as_known(artifact: Path, known: dict[str, Any], thorough: bool) -> bool:
    try:
        stat = artifact.stat()
        if not thorough and (stat.st_size, stat.st_mtime_ns) == (known["size"], known["mtime"]):
            return True
        return bool(stat.st_size == known["size"] and _sha256(artifact) == known["sha256"])
    except OSError:
        return False


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
