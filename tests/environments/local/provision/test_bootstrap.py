"""The set-up begins with the standard library, and imports no more than the dependency group `setup` brings."""

import json
import os
import shutil
import ssl
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from environments.local.provision import bootstrap
from environments.local.provision.packages import uv

PROJECT = Path(__file__).parents[4]
SCRIPT = Path("environments/local/provision/bootstrap.py")
IMPORTED = """
import json, sys
import environments.local.provision.__main__, environments.local.provision.making, harness.commands.doctor
environments.local.provision._live = environments.local.provision.progress._live()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_the_set_up_imports_only_what_its_dependency_group_brings():
    done = subprocess.run([sys.executable, "-c", IMPORTED], cwd=PROJECT, capture_output=True, text=True, check=True)
    distributions = metadata.packages_distributions()
    imported = {
        canonicalize_name(name)
        for module in json.loads(done.stdout)
        if module not in sys.stdlib_module_names and module not in ("environments", "harness")
        for name in distributions.get(module, ())
    }
    assert imported <= brought_by_the_set_up()


def brought_by_the_set_up():
    group = tomllib.loads((PROJECT / "pyproject.toml").read_text())["dependency-groups"]["setup"]
    wanted, found = [Requirement(text) for text in group], set()
    while wanted:
        name = canonicalize_name(wanted.pop().name)
        if name not in found:
            found.add(name)
            needed = [Requirement(text) for text in metadata.requires(name) or ()]
            wanted += [need for need in needed if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture
def clone(tmp_path):
    """Return a folder with what the beginning of the set-up reads, and an environment whose PATH has uv."""
    folder = tmp_path / "clone"
    (folder / SCRIPT.parent).mkdir(parents=True)
    for name in ("pyproject.toml", "uv.lock", "README.md", SCRIPT):
        shutil.copy(PROJECT / name, folder / name)
    return folder


def start(clone):
    env = {**os.environ, "PATH": f"{Path(uv()).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.Popen([sys.executable, SCRIPT], cwd=clone, env=env, stderr=subprocess.PIPE, text=True)


def finish(process):
    told = process.communicate()[1]
    assert process.returncode == 0, told
    return told


def test_two_that_begin_at_once_make_one_environment_and_a_third_finds_it(clone):
    told = [finish(process) for process in [start(clone), start(clone)]]
    assert sorted("making .venv" in text for text in told) == [False, True], told
    subprocess.run([clone / ".venv/bin/python", "-c", "import rich, filelock, pydantic"], check=True)
    assert finish(start(clone)) == ""


def test_an_environment_whose_python_has_gone_is_made_anew(clone):
    finish(start(clone))
    python = clone / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(clone / "no-such-python")
    assert "making .venv" in finish(start(clone))
    subprocess.run([python, "-c", "import rich"], check=True)


def test_an_environment_that_was_moved_is_made_anew(clone):
    finish(start(clone))
    moved = clone.rename(clone.with_name("moved"))
    assert "making .venv" in finish(start(moved))
    assert str(moved) in (moved / ".venv" / "bin" / "activate").read_text()


def test_a_failure_says_which_command_its_last_lines_and_what_to_do(clone):
    (clone / "uv.lock").write_text("version = 1\n")
    process = start(clone)
    told = process.communicate()[1]
    assert process.returncode == 2
    assert "exit status 0 of:" in told
    assert "uv sync" in told
    assert "next" in told
    assert "Traceback" not in told


@pytest.fixture
def system_certificates(monkeypatch, tmp_path):
    """Let the system keep its certificates in an empty folder."""
    paths = ssl.DefaultVerifyPaths(None, str(tmp_path), "", "", "", "")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    return tmp_path


def test_what_the_system_trusts_is_trusted(system_certificates, monkeypatch):
    monkeypatch.setenv("UV_SYSTEM_CERTS", "0")  # the user's own word counts
    monkeypatch.delenv("NODE_USE_SYSTEM_CA", raising=False)
    (system_certificates / "proxy.pem").touch()
    assert bootstrap.trusting() == {"UV_SYSTEM_CERTS": "0", "NODE_USE_SYSTEM_CA": "1"}


def test_a_system_without_certificates_is_not_asked(system_certificates):
    assert bootstrap.trusting() == {}
