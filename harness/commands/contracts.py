"""`harness contracts`: what the platform promises."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from harness.contracts.registry import Stage


class Graph(StrEnum):
    """The languages that the graph can be written in."""

    MERMAID = "mermaid"


def contracts(
    stage: Annotated[Stage | None, typer.Option(help="Those of one stage.")] = None,
    graph: Annotated[Graph | None, typer.Option(help="The graph of what requires what.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As docs/contracts.md.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List the contracts, in the order in which they are checked."""
    from harness.contracts import listing
    from harness.contracts.registry import all_contracts

    chosen = [contract for contract in all_contracts() if stage in (None, contract.stage)]
    if as_json:
        print(json.dumps(listing.as_json(chosen), indent=2, ensure_ascii=False))
    elif graph:
        print(listing.as_mermaid(chosen))
    elif markdown:
        print(listing.as_markdown(chosen), end="")
    else:
        print(listing.as_table(chosen))
