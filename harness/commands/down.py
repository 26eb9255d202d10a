"""`harness down`: take the platform down."""

from __future__ import annotations


def down() -> None:
    """End every stack of this user, and return when nothing of it is left."""
    import environments

    for stack in environments.find():
        environments.down(stack)
        print(f"stack {stack.id} is down")
