"""`harness matrix`: what the night runs, on this machine or as a workflow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.errors import Location, UsageError

if TYPE_CHECKING:
    from harness.matrix.matrix import Job

app = typer.Typer(
    name="matrix", help="Every environment with its choices, as the night runs them.", no_args_is_help=True
)

_WORKFLOW = Path(".github/workflows/nightly.yml")
File = Annotated[Path, typer.Option("--matrix", help="The matrix.", metavar="FILE")]
Only = Annotated[list[str] | None, typer.Option(help="A job or a cell by name; several times for several.")]
Results = Annotated[list[Path], typer.Argument(help="Results folders, or folders of such.", metavar="RESULTS")]
_MATRIX = Path("matrix.yaml")


@app.command("list")
def list_jobs(matrix: File = _MATRIX, only: Only = None) -> None:
    """List the jobs, each with what pytest is given."""
    for job in _jobs(matrix, only):
        print(f"{job.name}  {' '.join(job.arguments)}")


@app.command("run")
def run_matrix(
    matrix: File = _MATRIX,
    only: Only = None,
    to: Annotated[Path, typer.Option(help="Where results go, a folder a job.")] = Path(".harness/matrix"),
    durations: Annotated[Path, typer.Option(help="The seconds that balance the shards.")] = Path(
        ".harness/durations.json"
    ),
    again: Annotated[bool, typer.Option("--again", help="Run also what has whole results already.")] = False,
) -> None:
    """Run the jobs one after the other; begun anew, it goes on where it was; exit 0 all passed, 1 not so, 2 usage.

    What the environment failed is run once more; what passes then is flaky, and its first failure is kept.
    """
    from harness.matrix.running import FIRST, RETRY, run_jobs, whole
    from harness.signoff.merge import merge

    jobs = _jobs(matrix, only)
    ended = run_jobs(jobs, to, durations, again=again)
    runs = [run for job in jobs for run in (whole(to / job.name / FIRST), whole(to / job.name / RETRY)) if run]
    merged = merge(runs)
    good = all(ended.values()) and merged.results and all(one.proves for one in merged.results) and not merged.failures
    if not merged.results:
        print("nothing ran")
    if not good:
        raise typer.Exit(1)


@app.command("workflow")
def make_workflow(
    matrix: File = _MATRIX,
    write: Annotated[bool, typer.Option("--write", help=f"Into {_WORKFLOW}.")] = False,
) -> None:
    """Print the nightly workflow that follows from the matrix."""
    from harness.matrix.matrix import read_matrix
    from harness.matrix.workflow import workflow_of

    text = workflow_of(read_matrix(matrix))
    if write:
        _write(_WORKFLOW, text)
    else:
        print(text, end="")


@app.command("durations")
def write_durations(
    results: Results, to: Annotated[Path, typer.Option(help="The file.")] = Path(".harness/durations.json")
) -> None:
    """Write how long each scenario took, for the next shards; results that are not whole are left out."""
    from harness.matrix.running import whole
    from harness.matrix.shards import durations_of
    from harness.run import find_results

    runs = [run for folder in find_results(results) if (run := whole(folder)) is not None]
    _write(to, json.dumps(durations_of(runs), indent=1) + "\n")


@app.command("issues")
def tell_issues(
    results: Results,
    create: Annotated[bool, typer.Option("--create", help="Do it by `gh`; otherwise it is only told.")] = False,
) -> None:
    """Tell which issues to open or to add to: one for each root cause, found again by its fingerprint."""
    from harness.matrix.issues import call_gh, findings, open_issues, plan
    from harness.matrix.running import whole
    from harness.run import find_results
    from harness.signoff.merge import merge

    runs = [run for folder in find_results(results) if (run := whole(folder)) is not None]
    found = findings(merge(runs))
    for step in plan(found, open_issues(call_gh) if create and found else []):
        said = f"add to #{step.number}" if step.number else "open"
        print(f"{step.finding.fingerprint}  {said}: {step.finding.title}")
        if create:
            call_gh(step.command)


def _jobs(file: Path, only: list[str] | None) -> list[Job]:
    from harness.matrix.matrix import jobs_of, read_matrix
    from harness.platform.problem import did_you_mean

    jobs = jobs_of(read_matrix(file))
    names = {name for job in jobs for name in (job.name, job.cell)}
    for name in only or ():
        if name not in names:
            raise UsageError(f"there is no job {name!r}{did_you_mean(name, names)}", next_step="harness matrix list")
    return [job for job in jobs if not only or job.name in only or job.cell in only]


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    except OSError as error:
        raise UsageError("cannot be written", actual=error.strerror, location=Location(file)) from None
