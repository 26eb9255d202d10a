"""A breach: a contract that does not hold, with expected, actual and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.errors import HarnessError, Location

if TYPE_CHECKING:
    from harness.contracts.registry import Contract


class NotEvaluated(HarnessError):
    """Whether a contract holds cannot be said: what it is about is not there, or may still come."""


class Breach(HarnessError):
    """The platform breaks a contract.

    `heading`: what is wrong, in a sentence (default: the promise that is broken). `mend`: what to do (default: the
    contract's own). `subject`, `location`: what breaks it and where that is written, when it is checked on several
    things or reads files. The contract itself is filled in when it is checked.
    """

    def __init__(
        self,
        heading: str = "",
        *,
        expected: str | None = None,
        actual: str | None = None,
        evidence: str | None = None,
        mend: str | None = None,
        subject: str | None = None,
        location: Location | None = None,
    ) -> None:
        super().__init__(
            heading, expected=expected, actual=actual, evidence=evidence, next_step=mend, location=location
        )
        self.subject = subject
        self.contract: str | None = None
        self.stage: str | None = None

    @property
    def mend(self) -> str | None:
        """What to do about it."""
        return self.next_step

    def of(self, contract: Contract) -> Breach:
        """Fill in whose breach this is, and what it left open; returns itself."""
        if self.contract is None:
            self.contract = contract.id
            self.stage = str(contract.stage)
            self.heading = self.heading or f"broken promise: {contract.promise}"
            self.next_step = self.next_step or contract.mend
        return self

    def __str__(self) -> str:
        if self.contract is None:
            return super().__str__()
        return f"{self.contract}  broken at stage {self.stage}\n  {super().__str__()}"


class Breaches(Breach):
    """Several breaches that were found together; each is told whole."""

    def __init__(self, breaches: Sequence[HarnessError]) -> None:
        super().__init__(f"{len(breaches)} checks of this step do not hold")
        self.breaches = tuple(breaches)

    def of(self, contract: Contract) -> Breach:
        """Fill in whose breaches these are, where that is open."""
        for breach in self.breaches:
            if isinstance(breach, Breach):
                breach.of(contract)
        return self

    def __str__(self) -> str:
        return "\n".join([self.heading, *(str(breach) for breach in self.breaches)])
