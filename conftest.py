"""Loads the harness's pytest plugin; what it does lies in fixtures/, the steps in step_defs/."""

from fixtures import pytest_plugins  # by its parts: the name `fixtures` alone is a plugin of pytest's own

__all__ = ["pytest_plugins"]
