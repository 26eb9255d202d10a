"""Stage results: made on demand, once for a stack, shared by all workers, reused while what made them is the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from harness.errors import HarnessError
from harness.liveness import dead_workloads
from harness.stack import Stack
from harness.whole_file import write_whole

Result = Mapping[str, Any]
# Part of the platform's code -> the results that it has no part in; everything may depend on what is not named.
_UNTOUCHED: Mapping[str, frozenset[str]] = defaultdict(
    frozenset,
    {
        "dbt": frozenset({"bronze", "bronze-again"}),
        "cube": frozenset({"bronze", "bronze-again", "transform", "manifest"}),
    },
)
_TOLD = ("expected", "actual", "evidence")  # of an error, besides its heading


class StageFailed(HarnessError):
    """A stage that was tried already, and that failed; it is not tried again for every scenario."""


class StageResults:
    """The results of one stack, kept as files of its folder under the stack's digest.

    `run`: what tells this test run from others; a failure is remembered for the run, a result for the stack.
    """

    def __init__(self, stack: Stack, run: str = "") -> None:
        self._stack = stack
        self._folder = stack.folder / "results"
        self._run = run

    def get(self, stage: str, make: Callable[[], Result]) -> Result:
        """Return a stage's result; the first that asks makes it, others wait.

        Raises what `make` raises for the first, StageFailed with the same words for those after it.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        file = self._folder / f"{stage}.json"
        with FileLock(file.with_suffix(".lock")):
            written = _read(file)
            if written.get("run") == self._run:
                raise _failed(stage, written)
            known = self._known(stage, written)
            if known is not None:
                return known
            try:
                result = make()
            except HarnessError as error:
                told = {name: getattr(error, name) for name in _TOLD}
                died = dead_workloads(self._stack)
                _write(file, {"failed": error.heading, **told, "run": self._run, "died": died})
                raise
            _write(file, {"digest": self._digest(stage), "result": result})
            return result

    def kept(self, stage: str) -> Result | None:
        """Return a stage's result where there is one, None where it was never made; nothing is made.

        Raises StageFailed when the stage failed the last time, in whichever run that was. One that was given up since a
        workload had died proves nothing, and counts as never made.
        """
        written = _read(self._folder / f"{stage}.json")
        if "failed" in written and not written.get("died"):
            raise _failed(stage, written)
        return self._known(stage, written)

    @contextmanager
    def set_aside(self, stages: Sequence[str]) -> Iterator[None]:
        """Take the results of stages away in the block, so that they are made again; afterwards they are back."""
        files = [self._folder / f"{stage}.json" for stage in stages]
        before = {file: _read(file) for file in files}
        for file in files:
            file.unlink(missing_ok=True)
        try:
            yield
        finally:
            for file, content in before.items():
                _write(file, content)

    def forget(self, stages: Sequence[str]) -> None:
        """Let the results of stages be made again."""
        for stage in stages:
            (self._folder / f"{stage}.json").unlink(missing_ok=True)

    def _known(self, stage: str, written: Mapping[str, Any]) -> Result | None:
        result: Result | None = written.get("result") if written.get("digest") == self._digest(stage) else None
        return result

    def _digest(self, stage: str) -> str:
        """Return what a stage's result depends on: the stack, and the code that made it."""
        code = self._stack.code
        return "-".join([self._stack.digest, *(code[part] for part in sorted(code) if stage not in _UNTOUCHED[part])])


def _failed(stage: str, written: Mapping[str, Any]) -> StageFailed:
    told = {name: written.get(name) for name in _TOLD}
    return StageFailed(f"stage {stage} failed before: {written['failed']}", **told)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        written = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return written if isinstance(written, dict) else {}


def _write(file: Path, content: Mapping[str, Any]) -> None:
    write_whole(file, json.dumps(content).encode())
