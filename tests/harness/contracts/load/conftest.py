"""The demo's code in a folder of its own, to be changed, and what the load contracts say of it."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contracts.load import Project, evaluate_load
from harness.expectations import load_expectations
from harness.platform import load_platform

DEMO = Path(__file__).parents[4] / "demo"
LEFT_OUT = shutil.ignore_patterns("node_modules", "target", "__pycache__", "logs")


@pytest.fixture(scope="session")
def declared():
    """What is declared of the demo."""
    return Project(
        platform=load_platform(DEMO / "platform.yaml"), expectations=load_expectations(DEMO / "expectations.yaml")
    )


@pytest.fixture
def demo(tmp_path, declared):
    """The whole demo, as a copy."""
    folder = shutil.copytree(DEMO, tmp_path / "demo", ignore=LEFT_OUT)
    return replace(declared, dagster=folder / "pipeline", dbt=folder / "dbt", cube=folder / "cube")


@pytest.fixture
def write(tmp_path):
    """Write files of a small code location, and return its project."""

    def write(files, **more):
        folder = tmp_path / "code"
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return Project(dagster=folder, **more)

    return write


@pytest.fixture
def roots():
    """Return (contract, breach) of every root breach of a project."""

    def roots(project):
        return [(root.contract.id, root.breach) for root in evaluate_load(project).roots]

    return roots
