"""`harness signoff`: whether a release may go, on one page, with the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


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


Results = Annotated[list[Path], typer.Argument(help="Results folders, or folders of such.", metavar="RESULTS")]


@app.command("judge")
def judge_results(
    results: Results,
    policy: Annotated[Path, typer.Option(help="The policy.", metavar="FILE")] = Path("signoff.yaml"),
    campaign: Annotated[
        list[Path] | None, typer.Option(help="What `harness faults run --json` wrote.", metavar="FILE")
    ] = None,
    to: Annotated[Path, typer.Option(help="Where page, verdict and bundle go.", metavar="DIR")] = Path(
        ".harness/signoff"
    ),
    key: Annotated[
        Path | None, typer.Option(help="A private Ed25519 key (PEM) to sign the bundle with.", metavar="FILE")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="The page as PDF too, by the machine's Chromium.")] = False,
) -> None:
    """Judge; exit 0 signed off, 1 not, 2 it could not be judged."""
    from datetime import UTC, datetime

    from harness.signoff.judge import judge
    from harness.signoff.pdf import write_pdf
    from harness.signoff.policy import read_policy
    from harness.signoff.publish import PAGE, publish
    from harness.signoff.signature import sign

    campaigns = campaign or []
    now = datetime.now(UTC).replace(microsecond=0)
    judgement = judge(results, read_policy(policy), campaigns, now)
    bundle = publish(judgement, to, policy, campaigns)
    print("signed off" if judgement.signed_off else "not signed off")
    for reason in judgement.reasons:
        print(f"  {reason.rule:<14} {reason.told}")
    print(f"  {'page':<14} {to / PAGE}\n  {'evidence':<14} {bundle}")
    if key:
        print(f"  {'signature':<14} {sign(bundle, key)}")
    if pdf:
        file = (to / PAGE).with_suffix(".pdf")
        print(f"  {'pdf':<14} {write_pdf(to / PAGE, file) or file}")
    if not judgement.signed_off:
        raise typer.Exit(1)


@app.command("verify")
def verify_bundle(
    bundle: Annotated[Path, typer.Argument(help="What a sign-off wrote: evidence.zip.")],
    key: Annotated[
        Path | None, typer.Option(help="The public Ed25519 key (PEM) that must have signed it.", metavar="FILE")
    ] = None,
    signature: Annotated[
        Path | None, typer.Option(help="The signature; by default beside the bundle, `.sig`.", metavar="FILE")
    ] = None,
) -> None:
    """Verify a bundle: exit 0 it is as it was made, and signed off; 1 it is not; 2 it is no bundle."""
    from harness.signoff.verify import verify

    found = verify(bundle, key, signature)
    for problem in found.problems:
        print(f"  {problem}")
    if found.problems:
        print("not as it was made")
    else:
        print(f"as it was made: {'signed off' if found.signed_off else 'not signed off'} at {found.judged}")
    if found.problems or not found.signed_off:
        raise typer.Exit(1)


@app.command("diff")
def diff_results(
    before: Annotated[Path, typer.Argument(help="A results folder, or a folder of such.", metavar="A")],
    after: Annotated[Path, typer.Argument(help="Those to compare with it.", metavar="B")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Tell what changed from A to B; exit 0 nothing became worse, 1 something did, 2 they cannot be compared."""
    import json

    from harness.signoff.diff import as_text, differences, is_worse
    from harness.signoff.judge import merged

    found = differences(merged([before]), merged([after]))
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else as_text(found))
    if is_worse(found):
        raise typer.Exit(1)
