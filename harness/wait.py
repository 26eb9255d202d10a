"""Wait for a fact: a condition in words, a limit, and the last thing seen when it did not come true."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from harness.errors import HarnessError, WaitTimeout

T = TypeVar("T")


class NotYet(Exception):
    """Raised by a probe while the condition does not hold; its text says what was seen instead."""


def wait_for(
    condition: str,
    probe: Callable[[], T],
    limit: float,
    *,
    alive: Callable[[], str | None] = lambda: None,
    first_pause: float = 0.05,
    longest_pause: float = 1.0,
) -> T:
    """Call `probe` until it returns, and return what it returns.

    `condition`: what is waited for, in words. `probe`: raises NotYet, saying what it saw, while the condition does not
    hold; any other exception ends the wait at once. `limit`: seconds. `alive`: returns None while waiting makes sense,
    else why it does not (a process that died); asked after each failed try. Raises WaitTimeout.
    """
    started = time.monotonic()

    def once() -> T:
        try:
            return probe()
        except NotYet as seen:
            reason = alive()
            if reason is not None:
                raise _given_up(condition, started, seen, f"waiting ended early: {reason}") from None
            raise

    pauses = wait_exponential(multiplier=first_pause, max=longest_pause, exp_base=1.5)
    try:
        return Retrying(stop=stop_after_delay(limit), wait=pauses, retry=retry_if_exception_type(NotYet))(once)
    except RetryError as error:
        last = error.last_attempt.exception()
        raise _given_up(condition, started, last, f"the limit is {limit:g} s") from None


def eventually(probe: Callable[[], T], limit: float, error: type[HarnessError]) -> T:
    """Call `probe` until it raises no `error` any more; after `limit` seconds the last `error` itself is raised."""
    retrying = Retrying(
        stop=stop_after_delay(limit),
        wait=wait_exponential(multiplier=0.05, max=1.0, exp_base=1.5),
        retry=retry_if_exception_type(error),
        reraise=True,
    )
    return retrying(probe)


def _given_up(condition: str, started: float, seen: BaseException | None, why: str) -> WaitTimeout:
    return WaitTimeout(
        f"waited {time.monotonic() - started:.1f} s in vain until {condition}",
        expected=condition,
        actual=f"last seen: {seen}",
        evidence=why,
    )
