"""The evidence of one scenario: its HTTP exchanges, and what the workloads wrote to their logs meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from harness.evidence.exchanges import Exchange, HttpRecorder
from harness.evidence.logs import log_size, log_window
from harness.evidence.masking import mask
from harness.liveness import dead_workloads
from harness.stack import Stack

_EXCHANGES = 5  # the latest, of those that are shown
_LINES = 8  # of each workload's log


class Evidence:
    """Records while a scenario runs; nothing is read or written down before it fails.

    `recorder`: what the clients record with; by default one of its own.
    """

    def __init__(self, recorder: HttpRecorder | None = None) -> None:
        self.recorder = recorder or HttpRecorder()
        self._stack: Stack | None = None
        self._marks: Mapping[str, int] = {}

    def begin(self, stack: Stack) -> None:
        """Forget what other scenarios recorded, and note where the logs end."""
        self.recorder.clear()
        self.mark_logs(stack)

    def mark_logs(self, stack: Stack) -> None:
        """Note where the log of each workload ends now."""
        self._stack = stack
        self._marks = {workload.name: log_size(workload.log) for workload in stack.workloads if workload.log}

    @property
    def exchanges(self) -> list[Exchange]:
        """What was asked and answered since the scenario began, without secrets."""
        return self.recorder.exchanges(_secrets(self._stack))

    def tail_logs(self, stack: Stack, names: Iterable[str], lines: int = _LINES) -> dict[str, list[str]]:
        """Return the last lines of each workload's log since it was marked, without secrets; empty ones are left out.

        A name that the stack does not know is left out too: an external server has no log here.
        """
        secrets = _secrets(stack)
        logs = {workload.name: workload.log for workload in stack.workloads if workload.log}
        found = {name: log_window(logs[name], self._marks.get(name, 0), lines) for name in names if name in logs}
        return {name: [mask(line, secrets) for line in written] for name, written in found.items() if written}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that are to be hidden wherever they stand."""
        return _secrets(self._stack)

    @property
    def stack(self) -> Stack | None:
        """The stack that the scenario asks, where it has one."""
        return self._stack

    @property
    def marks(self) -> Mapping[str, int]:
        """Where the log of each workload ended when it was marked, in bytes."""
        return self._marks

    def render(self, components: Iterable[str] = (), lines: int = _LINES) -> str:
        """Return what a user is shown: the latest exchanges, and the last lines of the components' workloads.

        A workload that has died is shown too, whatever its component.
        """
        shown: list[str] = []
        if exchanges := self.exchanges[-_EXCHANGES:]:
            shown += ["exchanges", *_indented(str(exchange) for exchange in exchanges)]
        if self._stack:
            dead, wanted = dead_workloads(self._stack), set(components)
            names = [w.name for w in self._stack.workloads if w.component in wanted or w.name in dead]
            for name, written in self.tail_logs(self._stack, names, lines).items():
                shown += [f"last lines of {name} (harness logs {name})", *_indented(written)]
        return "\n".join(shown)


def _indented(texts: Iterable[str]) -> Sequence[str]:
    return [f"  {line}" for text in texts for line in text.splitlines()]


def _secrets(stack: Stack | None) -> tuple[str, ...]:
    try:
        known = json.loads(stack.secrets_file.read_text()) if stack else {}
    except (OSError, ValueError):  # a stack that is gone: what looks like a secret is hidden all the same
        return ()
    return tuple(value for value in known.values() if isinstance(value, str))
