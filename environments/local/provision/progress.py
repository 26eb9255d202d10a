"""Shows what is being fetched and built: moving lines on a terminal, plain lines elsewhere; on standard error."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

_PLAIN_EVERY = 20.0  # seconds between plain lines of one part


class Shown:
    """Progress of named pieces of work; a context manager."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._live: Progress | None = None
        if sys.stderr.isatty():
            self._live = Progress(
                SpinnerColumn(finished_text="✓"),
                TextColumn("{task.fields[name]:<18}", markup=False),
                TimeElapsedColumn(),
                TextColumn("{task.description}", markup=False),
                console=self._console,
            )
        self._tasks: dict[str, TaskID] = {}
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
            if self._live:
                if name not in self._tasks:
                    self._tasks[name] = self._live.add_task(text, name=name, total=1)
                self._live.update(self._tasks[name], description=text, completed=1 if done else 0)
                return
            now = time.monotonic()
            if done or always or now - self._said.get(name, -_PLAIN_EVERY) >= _PLAIN_EVERY:
                self._said[name] = now
                print(f"{name:<18} {text}", file=sys.stderr, flush=True)
