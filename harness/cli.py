"""The command `harness`: its subcommands, and how an error reaches the user."""

from __future__ import annotations

import sys

import typer

from harness.commands import (
    contracts,
    diagnose,
    doctor,
    down,
    faults,
    images,
    logs,
    matrix,
    preflight,
    report,
    setup,
    shell,
    signoff,
    standin,
    status,
    up,
    validate,
    watch,
)
from harness.errors import HarnessError

app = typer.Typer(
    name="harness",
    help="Contract tests for an Iceberg data platform: stand it up, look at it, take it down.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    *(setup, doctor, validate, preflight, contracts, up, status, diagnose, logs, report, shell, down, standin),
):
    app.command()(getattr(command, command.__name__.rsplit(".", 1)[1]))
app.command(context_settings={"ignore_unknown_options": True})(watch.watch)  # what it does not know is pytest's
app.add_typer(faults.app)
app.add_typer(images.app)
app.add_typer(signoff.app)
app.add_typer(matrix.app)


def main() -> None:
    """Run a subcommand; an error for the user is printed without a traceback and sets the exit status."""
    try:
        app()
    except HarnessError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
