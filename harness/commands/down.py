"""`harness down`: take the platform down."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.commands.chosen import chosen_stack


def _complete(incomplete: str) -> list[str]:
    import environments

    return [stack.id for stack in environments.find() if stack.id.startswith(incomplete)]


def down(
    stack: Annotated[
        str | None, typer.Argument(help="Default: every stack of this user.", autocompletion=_complete)
    ] = None,
) -> None:
    """End a stack, or every stack of this user, and return when nothing of it is left."""
    import environments

    found = environments.find()
    if stack is not None:
        chosen_stack(stack)
    if stack is None:
        for left in environments.sweep():
            print(f"stack {left} was left behind; it is removed")
        found = environments.find()
    for each in found:
        if stack in (None, each.id):
            environments.down(each)
            print(f"stack {each.id} is down")
