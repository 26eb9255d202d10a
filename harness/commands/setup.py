"""`harness setup`: fetch and build what `local` needs."""

from __future__ import annotations

from typing import Annotated

import typer


def setup(parts: Annotated[list[str] | None, typer.Argument(help="Parts to make; default: all.")] = None) -> None:
    """Fetch and build the parts of the local environment; what is there already is left as it is."""
    from environments.local.provision import inventory, provision
    from harness.errors import UsageError

    known = [part.name for part in inventory()]
    for name in parts or []:
        if name not in known:
            raise UsageError(f"unknown part {name!r}", expected=f"one of {', '.join(known)}")
    provision(parts)
