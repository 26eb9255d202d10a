"""Actions on the processes of a running stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

import psutil
from pydantic import Field

from harness.faults.actions.action import LiveAction, Name
from harness.faults.inapplicable import Inapplicable
from harness.faults.live import Live, Undo

_WORKLOAD = "the workload's name, as `harness status` shows it"


class Kill(LiveAction):
    """End a workload's process at once; undone by starting it as it was"""

    kill: Name = Field(description=_WORKLOAD)

    def apply_live(self, live: Live) -> Undo:
        """End it."""
        live.workload(self.kill, "kill")
        return live.change(live.probe.stack, self.kill, None)


class Pause(LiveAction):
    """Stop a workload's processes where they are, so that they answer nothing; undone by letting them go on"""

    pause: Name = Field(description=_WORKLOAD)

    def apply_live(self, live: Live) -> Undo:
        """Stop them."""
        processes = live.processes(self.pause, "pause")
        _each(psutil.Process.suspend, processes)
        return partial(_each, psutil.Process.resume, processes)


class Restart(LiveAction):
    """Start a workload again with other variables; undone by starting it as it was"""

    restart: Name = Field(description=_WORKLOAD)
    variables: dict[Name, str | None] = Field(description="its variables; null: without it")

    def apply_live(self, live: Live) -> Undo:
        """Start it again."""
        live.workload(self.restart, "restart")
        return live.change(live.probe.stack, self.restart, self.variables)


class GoOn(LiveAction):
    """Let a workload's stopped processes go on; undone by stopping them"""

    go_on: Name = Field(description=_WORKLOAD)

    def apply_live(self, live: Live) -> Undo:
        """Let them go on."""
        stopped = [each for each in live.processes(self.go_on, "go_on") if each.status() == psutil.STATUS_STOPPED]
        if not stopped:
            raise Inapplicable("go_on", f"no process of {self.go_on} is stopped", expected="a paused process")
        for process in stopped:
            process.resume()

        return partial(_each, psutil.Process.suspend, stopped)


def _each(act: Callable[[psutil.Process], None], processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            act(process)
