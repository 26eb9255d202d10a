"""Which stack a command is about."""

from __future__ import annotations

import difflib

from harness.errors import UsageError
from harness.stack import Stack


def chosen_stack(id: str | None = None) -> Stack:
    """Return the stack of that id, the newest by default; raises UsageError where there is none."""
    import environments

    stacks = environments.find()
    if not stacks:
        raise UsageError(
            "nothing is up", next_step="`harness up` stands the platform up; `pytest features/ --keep` leaves it up"
        )
    if id is None:
        return stacks[-1]
    by_id = {stack.id: stack for stack in stacks}
    if id not in by_id:
        near = difflib.get_close_matches(id, by_id, n=1)
        raise UsageError(
            f"no stack {id!r} is up" + (f"; did you mean {near[0]!r}?" if near else ""),
            expected=f"one of {', '.join(by_id)}",
        )
    return by_id[id]
