"""Removes what a stack has in a container engine, found by its mark: containers with their volumes, then networks."""

from __future__ import annotations

from harness.systems.engine import connect

MARK = "floe-harness.stack"  # label of every container and network of a stack; its value is the stack's id


def remove(address: str, stack_id: str) -> list[str]:
    """Remove the containers and networks of a stack, and return a line for each; raises docker's errors."""
    from docker.errors import NotFound

    engine, lines = connect(address), list[str]()
    mine: dict[str, str | list[str] | bool] = {"label": f"{MARK}={stack_id}"}
    for container in engine.containers.list(all=True, filters=mine, ignore_removed=True):
        try:
            container.remove(force=True, v=True)
        except NotFound:
            continue
        lines.append(f"removed container {container.name}")
    for network in engine.networks.list(filters=mine):
        network.remove()
        lines.append(f"removed network {network.name}")
    return lines
