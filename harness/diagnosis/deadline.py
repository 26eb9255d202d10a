"""The time that a diagnosis may take: a check that is still running when it is out is left behind."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from harness.contracts.breach import NotEvaluated

T = TypeVar("T")
OUT_OF_TIME = "out of time"


class Deadline:
    """Ends `limit` seconds from now; by default never."""

    def __init__(self, limit: float = math.inf) -> None:
        self._end = time.monotonic() + limit

    def within(self, call: Callable[[], T]) -> T:
        """Return what a call returns, or raise what it raises; raises NotEvaluated when the time is out before that."""
        left = self._end - time.monotonic()
        if math.isinf(left):
            return call()
        if left <= 0:
            raise NotEvaluated(OUT_OF_TIME)
        returned: list[T] = []
        raised: list[BaseException] = []

        def run() -> None:
            try:
                returned.append(call())
            except BaseException as error:
                raised.append(error)

        # A thread that nobody waits for: a client without a time limit of its own cannot hold up the end.
        thread = threading.Thread(target=run, name="check", daemon=True)
        thread.start()
        thread.join(left)
        if raised:
            raise raised[0]
        if not returned:
            raise NotEvaluated(OUT_OF_TIME)
        return returned[0]
