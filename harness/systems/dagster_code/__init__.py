"""Dagster's definitions as the code writes them, read without running it."""

from harness.systems.dagster_code.assets import Asset, assets_of, key_of
from harness.systems.dagster_code.calls import Call, calls_of, signatures_of
from harness.systems.dagster_code.definitions import Definition, definitions_of
from harness.systems.dagster_code.loaded import Loaded, Trigger, loaded
from harness.systems.dagster_code.resources import Needs, Use, needs_of, uses_of

__all__ = [
    "Asset",
    "Call",
    "Definition",
    "Loaded",
    "Needs",
    "Trigger",
    "Use",
    "assets_of",
    "calls_of",
    "definitions_of",
    "key_of",
    "loaded",
    "needs_of",
    "signatures_of",
    "uses_of",
]
