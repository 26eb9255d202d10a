"""Gives a stack that is up the platform's code as it is now, by starting what runs it again."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from environments.local.again import changed
from environments.local.made_from import CODE
from environments.local.workloads import dagster
from harness.stack import ORCHESTRATOR, Stack


def take_over(stack: Stack, code: Mapping[str, str]) -> None:
    """Start the workloads again whose code is not the `code` (digests by part) that the stack runs; others stay.

    Code that cannot be loaded is for the contracts to tell.
    """
    replaced = [part for part, digest in code.items() if stack.code.get(part) != digest]
    workloads = sorted({name for part in replaced if part in CODE for name in CODE[part][1]})
    for name in workloads:
        print(f"{name}: started again, since its code has changed", file=sys.stderr, flush=True)
        changed(stack, name, {})
    if "dagster-user-code" in workloads:
        dagster.load_again(stack.endpoints[ORCHESTRATOR])
    if replaced:
        stack.code = dict(code)
        stack.save()
