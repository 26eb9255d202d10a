"""Shows what is being fetched and built: moving lines on a terminal, plain lines elsewhere; on standard error."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PLAIN_EVERY = 20.0  # seconds between plain lines of one piece of work


class Shown:
    """Progress of named pieces of work; a context manager."""

    def __init__(self) -> None:
        self._live: Progress | None = _live() if sys.stderr.isatty() else None
        self._tasks: dict[str, TaskID] = {}
        self._texts: dict[str, str] = {}  # the last word on what is not done
        self._said: dict[str, float] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Shown:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def say(self, name: str, text: str, *, done: bool = False, always: bool = False) -> None:
        """Show the latest word on a piece of work; `always` prints it even when another was printed just now."""
        text = text.strip()[:100]
        with self._lock:
            if done:
                self._texts.pop(name, None)
            else:
                self._texts[name] = text
            if self._live:
                if name not in self._tasks:
                    self._tasks[name] = self._live.add_task(text, name=name, total=1)
                self._live.update(self._tasks[name], description=text, completed=1 if done else 0)
            elif done or always or self._is_due(name):
                self._print(name, text)

    def tell(self, name: str, text: str, last: bool) -> None:
        """Show the latest word on a workload that is started, each of them; `last`: it is done."""
        self.say(name, text, done=last, always=True)

    def still(self) -> None:
        """Print again, where lines do not move by themselves, what has been silent for long; call it now and then."""
        with self._lock:
            for name, text in self._texts.items():
                if not self._live and self._is_due(name):
                    self._print(name, f"{text} …")

    def _is_due(self, name: str) -> bool:
        return time.monotonic() - self._said.get(name, -_PLAIN_EVERY) >= _PLAIN_EVERY

    def _print(self, name: str, text: str) -> None:
        self._said[name] = time.monotonic()
        print(f"{name:<18} {text}", file=sys.stderr, flush=True)


def _live() -> Progress:
    # Imported late: with everything cached nothing is shown, and the import alone takes longer than the check.
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.fields[name]:<18}", markup=False),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True, highlight=False),
    )
