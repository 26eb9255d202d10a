"""`harness faults`: defects that are injected on purpose, and whether each is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from harness.contracts.registry import Stage
    from harness.diagnosis import Diagnosis
    from harness.faults.fault import Fault

app = typer.Typer(name="faults", help="Inject faults on purpose, and see whether each is named.", no_args_is_help=True)


class Environment(StrEnum):
    """Where faults are injected."""

    NONE = "none"
    LOCAL = "local"


_WIDE = 160  # columns
Named = Annotated[list[str] | None, typer.Argument(help="Ids, or paths of faults' files and folders.", metavar="FAULT")]


@app.command("list")
def list_faults(
    stage: Annotated[str | None, typer.Option(help="Those that these stages can know, as in preflight,load.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As in docs/faults.md.")] = False,
    actions: Annotated[bool, typer.Option("--actions", help="What a fault can do, in place of faults.")] = False,
) -> None:
    """List the faults and harmless changes that the harness brings."""
    from harness.faults import listing
    from harness.faults.reader import catalogue

    stages = _stages(stage)
    if actions:
        print(listing.actions_as_markdown(), end="")
        return
    chosen = [fault for fault in catalogue() if fault.harmless or fault.earliest in stages]
    if markdown:
        print(listing.as_markdown(chosen), end="")
    else:
        _console().print(listing.as_table(chosen))


@app.command("show")
def show_fault(fault: Annotated[str, typer.Argument(help="Its id, or its file's path.")]) -> None:
    """Show a fault's file."""
    from harness.faults.reader import find_faults

    for found in find_faults([fault]):
        print(found.file.read_text(), end="")


@app.command("run")
def run_faults(
    faults: Named = None,
    every: Annotated[bool, typer.Option("--all", help="All that the harness brings.")] = False,
    stage: Annotated[str | None, typer.Option(help="The stages that look, as in preflight,load.")] = None,
    clean_runs: Annotated[int | None, typer.Option(min=0, help="Runs with nothing injected, first; 1.")] = None,
    reference: Annotated[Path, typer.Option(help="The platform whose copies are changed.")] = Path("demo"),
    env: Annotated[Environment, typer.Option(help="none: copies of files; local: a running stack.")] = Environment.NONE,
    json_file: Annotated[Path | None, typer.Option("--json", help="A file for machines.", metavar="FILE")] = None,
) -> None:
    """Run a campaign: clean, then with each fault alone; exit 0 all named and no false alarm, 1 not so, 2 usage.

    Nothing of the platform is touched: faults are injected into copies of its files, or with --env local into a stack
    that is up or is made for it; there each undoes itself.
    """
    from harness.faults import report
    from harness.faults.campaign import run_campaign

    console, stages = _console(), _stages(stage, env)
    chosen = [
        fault
        for fault in _chosen(faults or [], every)
        if env in fault.environments and (fault.harmless or fault.earliest in stages)
    ]
    if not chosen and not clean_runs:
        raise UsageError(
            "nothing to run", expected="a fault, --all, or --clean-runs N", next_step="harness faults list"
        )
    with _look(env, reference, stages) as look, console.status("nothing injected yet") as status:
        runs = 1 if clean_runs is None else clean_runs
        campaign = run_campaign(chosen, look, clean_runs=runs, told=status.update)
    if campaign.trials:
        console.print(report.as_table(campaign))
    console.print(report.as_figures(campaign), markup=False, highlight=False, soft_wrap=True)
    if json_file:
        _write(json_file, json.dumps(report.as_json(campaign), indent=2) + "\n")
    for problem in campaign.problems:
        typer.echo(problem, err=True)
    if not campaign.ok:
        raise typer.Exit(2 if campaign.problems else 1)


@app.command("mends")
def judge_mends(
    mends: Annotated[list[str] | None, typer.Argument(help="Ids, or paths of mends' files.", metavar="MEND")] = None,
    reference: Annotated[Path, typer.Option(help="The platform whose copies are changed.")] = Path("demo"),
    json_file: Annotated[Path | None, typer.Option("--json", help="A file for machines.", metavar="FILE")] = None,
) -> None:
    """Judge mends, each on its fault: exit 0 each does what it is known to do, 1 not so, 2 usage.

    The fault is injected into a copy of the platform's files and the mend applied on top of it; nothing is started.
    """
    from harness.faults import report
    from harness.faults.files import Reference
    from harness.faults.mending import judge_on_copies
    from harness.faults.reader import find_faults, find_mends

    chosen = [mend for mend in find_mends(mends or []) if mend.judged_on and not mend.live]
    if not chosen:
        raise UsageError("nothing to judge", expected="a mend for files that says `judged_on: FAULT`")
    copies = Reference(reference)
    judged = [judge_on_copies(mend, find_faults([str(mend.judged_on)])[0], copies) for mend in chosen]
    _console().print(report.mends_as_table(judged))
    if json_file:
        _write(json_file, json.dumps(report.mends_as_json(judged), indent=2) + "\n")
    for each in judged:
        if each.problem:
            typer.echo(each.problem, err=True)
    if not all(each.as_known for each in judged):
        raise typer.Exit(2 if any(each.problem for each in judged) else 1)


def _console() -> Console:
    """Return where tables go; in a file or a pipe they are as wide as they need."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=_WIDE)


def _chosen(named: list[str], every: bool) -> list[Fault]:
    from harness.faults.reader import catalogue, find_faults

    if every and named:
        raise UsageError("--all and faults by name", expected="one of the two")
    return catalogue() if every else find_faults(named)


@contextmanager
def _look(
    env: Environment, reference: Path, stages: Collection[Stage]
) -> Iterator[Callable[[Fault | None], Diagnosis]]:
    """Yield what injects a fault in an environment and says what is found."""
    if env is Environment.NONE:
        from harness.faults.files import Reference
        from harness.faults.static import look_at_copies

        yield look_at_copies(Reference(reference), stages)
        return
    import environments
    from harness.faults.running import look_at_stack
    from harness.settings import load_settings

    settings = load_settings(Path.cwd(), {"environment": str(env), "platform": reference / "platform.yaml"})
    with environments.running(settings) as stack:
        yield look_at_stack(stack, environments.changed, environments.at_risk)


def _stages(written: str | None, env: Environment | None = None) -> tuple[Stage, ...]:
    """Return the stages that are named, by default all that look in an environment, or in any."""
    from harness.contracts.registry import Stage
    from harness.faults.static import STAGES
    from harness.platform.problem import did_you_mean, one_of

    running = tuple(stage for stage in Stage if stage not in STAGES)
    allowed = {None: tuple(Stage), Environment.NONE: STAGES, Environment.LOCAL: running}[env]
    if written is None:
        return allowed
    names = [name.strip() for name in written.split(",")]
    for name in names:
        if name not in allowed:
            hint = did_you_mean(name, map(str, allowed))
            where = f" in environment {env}" if env else ""
            raise UsageError(f"no stage {name!r}{where}{hint}", expected=one_of(allowed))
    return tuple(stage for stage in allowed if stage in names)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written", actual=error.strerror) from None
