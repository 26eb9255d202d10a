"""The stack that figures are taken of: of the bench's own, in a folder of its own, beside any other that is up."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from bench.command import Done, timed
from bench.machine import PROJECT
from harness.errors import EnvironmentFailure
from harness.stack import Stack

_PLATFORM = f"--platform={PROJECT / 'demo' / 'platform.yaml'}"
ON_THE_STACK = ("--keep", _PLATFORM)  # options of pytest: use the stack that is up, and leave it up


class Bench:
    """What a figure is measured with: how often, a folder, and a stack that stays up from one figure to the next.

    A context manager; what it made is gone at its end.
    """

    def __init__(self, runs: int) -> None:
        self.runs = runs
        self._temporary = tempfile.TemporaryDirectory(prefix="floe-bench-")
        self.folder = Path(self._temporary.name).resolve()
        self.folder.chmod(0o711)  # when root runs this, the database is `nobody`'s, who must pass through
        # Stacks lie below TMPDIR; the working folder has no harness.toml, so the defaults are measured.
        self.env = {**os.environ, "TMPDIR": str(self.folder), "PYTHONPATH": str(PROJECT)}
        self.stack: Stack | None = None

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(EnvironmentFailure):
            self.down()
        self._temporary.cleanup()

    def down(self) -> None:
        """End the stack."""
        self._harness("down")
        self.stack = None

    def up(self) -> Done:
        """Stand a fresh stack up."""
        self.down()
        done = self._harness("up", _PLATFORM)
        (file,) = self.folder.glob("floe-*/*/stack.json")
        self.stack = Stack.read(file)
        return done

    def standing(self) -> Stack:
        """Return the stack that is up; made when there is none."""
        if self.stack is None:
            self.up()
        assert self.stack is not None
        return self.stack

    def scenarios(self, selected: str) -> Done:
        """Run scenarios of the project on the stack; scenarios that fail are no failure of the measurement."""
        return timed(self.pytest(str(PROJECT / selected), *ON_THE_STACK), self.folder, self.env, ok=(0, 1))

    @staticmethod
    def pytest(*arguments: str) -> list[str]:
        """Return a command of pytest."""
        return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]

    def _harness(self, *arguments: str) -> Done:
        return timed([sys.executable, "-m", "harness.cli", *arguments], self.folder, self.env)
