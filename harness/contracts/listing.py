"""The list of all contracts, as a table, as Markdown for docs/contracts.md, as a graph, and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.contracts.registry import Contract, Stage

_INTRODUCTION = """\
# Contracts

What the platform promises, in the order of the stages. A contract is checked only where those that it requires hold,
so that a breach is a root cause, not a symptom. This page is written by `harness contracts --markdown`.
"""


def as_table(contracts: Iterable[Contract]) -> str:
    """Return a line a contract: stage, id, promise."""
    rows = [(str(c.stage), c.id, c.promise) for c in contracts]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return "\n".join(f"{stage:<{widths[0]}}  {id:<{widths[1]}}  {promise}" for stage, id, promise in rows)


def as_markdown(contracts: Iterable[Contract]) -> str:
    """Return docs/contracts.md."""
    contracts = list(contracts)
    parts = [_INTRODUCTION]
    for stage in Stage:
        of_stage = [contract for contract in contracts if contract.stage is stage]
        if of_stage:
            rows = "".join(
                f"| `{c.id}` | {c.promise} | {', '.join(f'`{id}`' for id in c.requires)} | {_cell(c.mend)} |\n"
                for c in of_stage
            )
            parts.append(f"\n## {stage}\n| contract | promise | requires | mend |\n| --- | --- | --- | --- |\n{rows}")
    return "".join(parts)


def as_mermaid(contracts: Iterable[Contract]) -> str:
    """Return the graph: an arrow from each contract to those that require it, a box a stage."""
    contracts = list(contracts)
    known = {contract.id for contract in contracts}
    lines = ["graph LR"]
    for stage in Stage:
        of_stage = [contract for contract in contracts if contract.stage is stage]
        if of_stage:
            lines += [f"  subgraph {stage}", *(f'    {_node(c.id)}["{c.id}"]' for c in of_stage), "  end"]
    lines += [f"  {_node(need)} --> {_node(c.id)}" for c in contracts for need in c.requires if need in known]
    return "\n".join(lines)


def as_json(contracts: Iterable[Contract]) -> list[Mapping[str, Any]]:
    """Return the contracts as JSON-able mappings."""
    return [
        {
            "id": c.id,
            "stage": str(c.stage),
            "promise": c.promise,
            "requires": list(c.requires),
            "mend": c.mend,
            "takes": str(c.takes),
        }
        for c in contracts
    ]


def _node(id: str) -> str:
    return id.replace(".", "_").replace("-", "_")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
