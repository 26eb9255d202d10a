"""The list of faults, as a table and as Markdown for docs/faults.md."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from harness.faults.actions import ACTIONS
from harness.faults.fault import Fault


def as_table(faults: Iterable[Fault]) -> Table:
    """Return a row a fault."""
    table = Table(box=None, pad_edge=False)
    for heading in ("fault", "earliest", "named by", "what is wrong"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "fault")
    for fault in faults:
        stage, contract = (str(fault.earliest), fault.named_by) if fault.earliest else ("", "nothing: harmless")
        table.add_row(fault.id, stage, contract, fault.title)
    return table


def as_markdown(faults: Iterable[Fault]) -> str:
    """Return the tables of the faults and of the harmless changes."""
    faults = list(faults)
    lines = ["| fault | what is wrong | what a person sees | named by | earliest |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{f.id}` | {_cell(f.title)} | {_cell(f.seen or '')} | `{f.named_by}` | {f.earliest} |"
        for f in faults
        if not f.harmless
    ]
    lines += ["", "| harmless change | what is changed |", "| --- | --- |"]
    lines += [f"| `{f.id}` | {_cell(f.title)} |" for f in faults if f.harmless]
    return "\n".join(lines) + "\n"


def actions_as_markdown() -> str:
    """Return the table of the actions and what each takes."""
    lines = ["| action | what it does | takes |", "| --- | --- | --- |"]
    for verb, action in ACTIONS.items():
        takes = "; ".join(
            f"`{key}`{'' if field.is_required() else ' (optional)'}: {_cell(field.description or '')}"
            for key, field in action.model_fields.items()
        )
        lines.append(f"| `{verb}` | {_cell((action.__doc__ or '').rstrip('.'))} | {takes} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
