"""Waits until a workload that was started again answers, whatever it answers: with wrong variables it may refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import httpx

from environments.local.workloads import cube, dagster
from harness.errors import WaitTimeout
from harness.stack import ORCHESTRATOR, Stack
from harness.wait import NotYet, wait_for

_LIMIT = 30.0  # seconds; one that does not answer by then is for the contracts to tell


def settle(stack: Stack, workload: str, env: Mapping[str, str]) -> None:
    """Return when a workload with these variables has answered, or is late: one that listens may still compile."""
    if workload not in _ANSWERED:
        return

    def answered() -> None:
        try:
            _ANSWERED[workload](stack, env)
        except httpx.HTTPError as error:
            raise NotYet(str(error)) from None

    with suppress(WaitTimeout):
        wait_for(f"{workload} answers", answered, _LIMIT)


def _cube(stack: Stack, env: Mapping[str, str]) -> None:
    cube.probe(f"http://127.0.0.1:{env['PORT']}", env["CUBEJS_API_SECRET"])()


def _code(stack: Stack, env: Mapping[str, str]) -> None:
    dagster.load_again(stack.endpoints[ORCHESTRATOR])


_ANSWERED: Mapping[str, Callable[[Stack, Mapping[str, str]], None]] = {
    "cube-api": _cube,
    "cube-refresh-worker": _cube,
    "dagster-user-code": _code,
}
