"""What parts.yaml declares, the kinds that real parts have, and what doctor is told."""

import json
import os
import subprocess
import sys

import duckdb
import pytest

from environments.local.provision import inventory, provision
from environments.local.provision.command import Commands
from environments.local.provision.kinds import MAKE, _go_of_the_machine
from environments.local.provision.packages import node_folder, npm_command
from environments.local.provision.progress import Shown
from environments.local.provision.recipe import Recipe, load_recipes
from environments.local.provision.store import put_stamp
from harness.errors import UsageError


def test_each_part_stands_behind_those_that_it_requires():
    seen = set()
    for recipe in load_recipes().values():
        assert set(recipe.requires) <= seen, recipe.name
        seen.add(recipe.name)


def test_the_longest_build_is_begun_first():
    assert next(iter(load_recipes())) == "jaeger"


def test_every_input_is_there_and_no_lock_names_a_private_registry():
    for recipe in load_recipes().values():
        assert recipe.digest
    lock = json.loads(load_recipes()["cube"].input("package-lock.json").read_text())
    assert not [package["resolved"] for package in lock["packages"].values() if "resolved" in package]


def test_doctor_is_told_what_is_missing_and_nothing_is_made(cache):
    parts = {part.name: part for part in inventory()}
    assert parts["jaeger"].state == "missing"
    assert parts["jaeger"].megabytes > 0
    assert not (cache / "parts").exists()


def test_an_unknown_part_is_refused_with_those_that_are_known():
    with pytest.raises(UsageError, match="'jeager'") as refused:
        provision(["jeager"])
    assert "jaeger" in refused.value.expected


def test_duckdb_finds_the_extensions_below_their_home(tmp_path):
    recipe = load_recipes()["duckdb-home"]
    MAKE["duckdb-home"](recipe, tmp_path, Commands(Shown()))
    put_stamp(recipe, tmp_path)
    with duckdb.connect(config={"home_directory": str(tmp_path)}) as connection:
        for name in ("avro", "httpfs", "iceberg"):
            connection.execute(f"LOAD {name}")


def test_npm_packages_come_from_their_lock_and_run_no_script(tmp_path, cache):
    parts, folder = tmp_path / "parts", tmp_path / "made"
    own = parts / "node" / "own"
    own.mkdir(parents=True)
    folder.mkdir()
    (own / "package.json").write_text(
        json.dumps({"name": "own", "version": "1.0.0", "scripts": {"install": "touch ran"}})
    )
    (own / "index.js").write_text("module.exports = 'own'")
    archive = subprocess.run(
        [*npm_command(), "pack", "--silent"], cwd=own, check=True, capture_output=True, text=True, env=env()
    )
    wanted = {"dependencies": {"own": f"file:{own / archive.stdout.strip()}"}}
    (parts / "node" / "package.json").write_text(json.dumps(wanted))
    lock = [*npm_command(), "install", "--package-lock-only", "--offline", "--silent"]
    subprocess.run(lock, cwd=parts / "node", check=True, env=env())
    recipe = Recipe(
        name="node",
        title="A small part",
        version="1",
        kind="npm",
        inputs=("node/package.json", "node/package-lock.json"),
        artifacts=("node_modules/.package-lock.json",),
        used_by=(),
        megabytes=1,
        home=parts,
    )
    MAKE["npm"](recipe, folder, Commands(Shown()))
    put_stamp(recipe, folder)
    assert (folder / "node_modules" / "own" / "index.js").exists()
    assert not (folder / "node_modules" / "own" / "ran").exists()


def env():
    return {**os.environ, "PATH": f"{node_folder() / 'bin'}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize(("version", "taken"), [("go1.24.6", True), ("go1.30", True), ("go1.24.5", False), ("", False)])
def test_the_machines_go_is_taken_only_when_the_module_can_be_built_with_it(tmp_path, monkeypatch, version, taken):
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(f"#!/bin/sh\necho {version}\n")
    go.chmod(0o755)
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.24.6\n")
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}/bin")
    assert _go_of_the_machine(tmp_path / "go.mod") == (str(go) if taken else None)


def test_a_usage_error_of_the_set_up_has_its_exit_status():
    done = subprocess.run(
        [sys.executable, "-m", "environments.local.provision", "jeager"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("unknown part 'jeager'")
