"""Patched copies of the reference manifests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.contracts.preflight.reference import Patch, write


@pytest.fixture
def patched(tmp_path) -> Callable[[Patch], tuple[Path, Path]]:
    """Return a function that writes a patched platform.yaml and patched manifests, and returns their paths."""
    return lambda patch: write(patch, tmp_path)
