"""The demo as what faults are injected into, and faults written by a test."""

from pathlib import Path

import pytest

from harness.faults.files import Reference
from harness.faults.reader import read_fault
from harness.faults.static import look_at_copies

DEMO = Path(__file__).parents[3] / "demo"


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The demo."""
    return Reference(DEMO)


@pytest.fixture(scope="session")
def look(reference):
    """What injects a fault into a copy of the demo, and diagnoses it."""
    return look_at_copies(reference)


@pytest.fixture
def files(reference):
    """A copy of the demo's files."""
    with reference.copied() as files:
        yield files


@pytest.fixture
def fault(tmp_path):
    """Return the fault of a text; what the text leaves away but `actions` is filled in."""

    def fault(text: str, *, whole: bool = False):
        head = "" if whole else "id: one\ntitle: t\nseen: s\nnamed_by: lineage.url-is-base\nearliest: preflight\n"
        file = tmp_path / "one.yaml"
        file.write_text(head + text)
        return read_fault(file)

    return fault
