"""Gives a stack that is up the platform's code as it is now, by starting what runs it again."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from environments.local.again import changed
from harness.stack import Stack

CODE: Mapping[str, str] = {"pipeline": "demo/pipeline", "dbt": "demo/dbt", "cube": "demo/cube"}
_RUN_BY = {
    "pipeline": ("dagster-user-code",),
    "dbt": ("dagster-user-code",),
    "cube": ("cube-api", "cube-refresh-worker"),
}


def take_over(stack: Stack, parts: Iterable[str]) -> None:
    """Start the workloads again that run these parts of the platform's code; others stay.

    Code that cannot be loaded is for the contracts to tell.
    """
    workloads = sorted({name for part in parts for name in _RUN_BY[part]})
    for name in workloads:
        print(f"{name}: started again, since its code has changed", file=sys.stderr, flush=True)
        changed(stack, name, {})
