"""A cache of the test's own, and parts.yaml files with small parts: a wheel of one module in an environment."""

import zipfile

import pytest

from environments.local.provision.recipe import load_recipes
from environments.local.provision.store import cache_folder

VENV = """
  - name: {name}
    title: A small part
    version: "1"
    kind: venv
    inputs: [{name}/requirements.txt]
    artifacts: [bin/python, lib/*/site-packages/{name}.py]
    used_by: []
    requires: [{requires}]
    megabytes: {megabytes}
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Begin with an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_folder()


@pytest.fixture
def parts(tmp_path, cache):
    """Return a function that declares small parts and returns their recipes."""
    folder = tmp_path / "parts"
    folder.mkdir()

    def declare(*names, requires="", megabytes=1, requirement="./{name}-1-py3-none-any.whl"):
        text = "parts:"
        for name in names:
            (folder / name).mkdir(exist_ok=True)
            write_wheel(folder / name, name)
            (folder / name / "requirements.txt").write_text(requirement.format(name=name))
            text += VENV.format(name=name, requires=requires if name != names[0] else "", megabytes=megabytes)
        (folder / "parts.yaml").write_text(text)
        return load_recipes(folder)

    return declare


def write_wheel(folder, name):
    """Write a wheel that holds one module."""
    about = f"{name}-1.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"NAME = {name!r}\n")
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
