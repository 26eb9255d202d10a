"""`harness signoff`: whether a release may go, on one page, with the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from harness.errors import Location, UsageError


class _JudgeByDefault(TyperGroup):
    """`harness signoff RESULTS…` judges, unless the first word is a command's name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = ["judge", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="signoff",
    help="Judge results by a policy: one page, a verdict, the evidence. `harness signoff RESULTS…` judges.",
    cls=_JudgeByDefault,
    no_args_is_help=True,
)


@app.command("judge")
def judge_results(
    results: Annotated[list[Path], typer.Argument(help="Results folders, or folders of such.", metavar="RESULTS")],
    policy: Annotated[Path, typer.Option(help="The policy.", metavar="FILE")] = Path("signoff.yaml"),
    campaign: Annotated[
        list[Path] | None, typer.Option(help="What `harness faults run --json` wrote.", metavar="FILE")
    ] = None,
    to: Annotated[Path, typer.Option(help="The folder that page and verdict go to.", metavar="DIR")] = Path(
        ".harness/signoff"
    ),
) -> None:
    """Judge; exit 0 signed off, 1 not, 2 it could not be judged."""
    import json
    from datetime import UTC, datetime

    from harness.signoff.judge import judge
    from harness.signoff.page import as_html, as_json, as_markdown
    from harness.signoff.policy import read_policy

    judgement = judge(results, read_policy(policy), campaign or [], datetime.now(UTC))
    told = as_json(judgement)
    pages = {
        "signoff.json": json.dumps(told, indent=2, ensure_ascii=False) + "\n",
        "signoff.html": as_html(told),
        "signoff.md": as_markdown(told),
    }
    _write(to, pages)
    print("signed off" if judgement.signed_off else "not signed off")
    for reason in judgement.reasons:
        print(f"  {reason.rule:<14} {reason.told}")
    print(f"  page           {to / 'signoff.html'}")
    if not judgement.signed_off:
        raise typer.Exit(1)


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError("cannot be written", actual=error.strerror, location=Location(folder)) from None
