"""`python -m bench [NAME …] [--json FILE] [--runs N]`: measure, and show what came out beside what it should be."""

from __future__ import annotations

import importlib
import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from bench.machine import machine
from bench.rows import Row
from bench.stand import Bench
from bench.table import show
from harness.errors import HarnessError, UsageError

# Each is a module here with a function `measure(bench) -> list[Row]`, in the order in which they are best run.
FIGURES = {
    "setup": "the first set-up from nothing, by part: fetches about 2 GB and builds for minutes",
    "cached": "from `make e2e` to the first workload that starts, with everything cached",
    "standup": "standing the stack up, against the best that its parts allow",
    "features": "every scenario on a cold and on a warm stack, by stage",
    "footprint": "memory of the whole stack, and its CPU when nobody asks it anything",
    "scenario": "one read-only scenario on a warm stack",
    "standins": "the stand-ins for Polaris and Marquez, each alone: ready, memory, a load, an event, a big graph",
    "overhead": "what the harness adds to a scenario of plain pytest-bdd",
}
ON_REQUEST = {"setup"}

_HELP = "Which figures; default: all but those on request.\n\n\b\n" + "\n".join(
    f"{name:<10} {text}{' (on request)' if name in ON_REQUEST else ''}" for name, text in FIGURES.items()
)


def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help=_HELP, show_default=False)] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there too.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How often each is repeated; medians are told.")] = 3,
) -> None:
    """Measure the harness; a figure that misses its aim is told, and is no failure."""
    unknown = [name for name in names or [] if name not in FIGURES]
    if unknown:
        raise UsageError(f"unknown figure {unknown[0]!r}", expected=f"one of {', '.join(FIGURES)}")
    on, rows = machine(), list[Row]()
    with Bench(runs) as at:
        for name in FIGURES:
            if name in names if names else name not in ON_REQUEST:
                print(f"measuring {name}: {FIGURES[name]}", file=sys.stderr, flush=True)
                rows += importlib.import_module(f"bench.{name}").measure(at)
    show(rows, on)
    if json_file:
        json_file.write_text(json.dumps({"machine": on, "rows": [row.as_json() for row in rows]}, indent=2))


def main() -> None:
    """Run the command; an error for the user is printed without a traceback and sets the exit status."""
    signal.signal(signal.SIGTERM, _as_interrupt)  # the stack goes with the bench, however it ends
    app = typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]}
    )
    app.command()(bench)
    try:
        app(prog_name="python -m bench")
    except HarnessError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
