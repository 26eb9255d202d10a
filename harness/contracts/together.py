"""Several checks in one step: all are made, and what does not hold is reported together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from harness.contracts.breach import Breach, Breaches


class Soft:
    """Collects breaches: `with soft.one(): …` for each check, `soft.settle()` at the end."""

    def __init__(self) -> None:
        self._breaches: list[Breach] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        """Keep a breach of the block for later; any other error ends the step at once."""
        try:
            yield
        except Breaches as several:
            self._breaches += [breach for breach in several.breaches if isinstance(breach, Breach)]
        except Breach as breach:
            self._breaches.append(breach)

    def settle(self) -> None:
        """Raise what was collected: nothing, the one breach itself, or Breaches."""
        found, self._breaches = self._breaches, []
        raise_all(found)


def raise_all(breaches: Sequence[Breach]) -> None:
    """Raise nothing, the one breach itself, or Breaches."""
    if len(breaches) == 1:
        raise breaches[0]
    if breaches:
        raise Breaches(breaches)


def together(*checks: Callable[[], object]) -> None:
    """Make all checks, then raise the one Breach or all of them as Breaches; other errors end it at once."""
    soft = Soft()
    for check in checks:
        with soft.one():
            check()
    soft.settle()
