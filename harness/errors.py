"""Every error that a user may meet; each is a heading, expected/actual, evidence and what to do next.

HarnessError
├── UsageError            the user's input is wrong: exit 2
│   └── PlatformError     platform.yaml is wrong: names file, line and key
├── EnvironmentFailure    the environment could not be made or died: exit 3, never blamed on the platform
│   ├── ProvisionError    a part could not be fetched or built
│   ├── StartError        a workload did not start, or died
│   ├── Unreachable       a system of a stack that was up cannot be reached
│   └── WaitTimeout       a condition was not met within its limit
└── Breach                the platform breaks a contract (see harness.contracts): exit 1
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Location:
    """A place in a file: 1-based line and column, and the dotted key path where there is one."""

    file: Path
    line: int | None = None
    column: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place} ({self.key})" if self.key else place


class HarnessError(Exception):
    """An error written for the user: `str(error)` is the whole message, without a traceback."""

    exit_code = 1

    def __init__(
        self,
        heading: str,
        *,
        expected: str | None = None,
        actual: str | None = None,
        evidence: str | None = None,
        next_step: str | None = None,
        location: Location | None = None,
    ) -> None:
        super().__init__(heading)
        self.heading = heading
        self.expected = expected
        self.actual = actual
        self.evidence = evidence
        self.next_step = next_step
        self.location = location

    def __str__(self) -> str:
        lines = [f"{self.location}: {self.heading}" if self.location else self.heading]
        fields = (
            ("expected", self.expected),
            ("actual", self.actual),
            ("because", self.evidence),
            ("next", self.next_step),
        )
        for label, text in fields:
            if text:
                first, *rest = text.splitlines()
                lines.append(f"  {label:<9} {first}")
                lines.extend(f"  {'':<9} {line}" for line in rest)
        return "\n".join(lines)


class UsageError(HarnessError):
    """The user's input is wrong."""

    exit_code = 2


class PlatformError(UsageError):
    """platform.yaml is wrong."""


class EnvironmentFailure(HarnessError):
    """The environment, not the platform, failed."""

    exit_code = 3


class ProvisionError(EnvironmentFailure):
    """A part could not be fetched or built."""


class StartError(EnvironmentFailure):
    """A workload did not start, or died."""


class Unreachable(EnvironmentFailure):
    """A system of a stack that was up cannot be reached: its process has died, or it does not answer.

    `late`: it took the question, and the time for an answer ran out.
    """

    late = False


class WaitTimeout(EnvironmentFailure):
    """A condition was not met within its limit."""
