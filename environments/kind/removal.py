"""Removes what a stack has in a cluster of kind: its namespace with all that is in it, or the cluster that it made."""

from __future__ import annotations

import tempfile
from pathlib import Path

from environments.kind.cluster import clusters, write_kubeconfig
from environments.kind.tools import run

MADE = "made:"  # before the name of a cluster that the stack made


def remove(address: str, stack_id: str) -> list[str]:
    """Remove a stack's namespace, or its cluster where it made it; raises EnvironmentFailure."""
    name = address.removeprefix(MADE)
    if name not in clusters():
        return []
    if address.startswith(MADE):
        run(["kind", "delete", "cluster", "--name", name])
        return [f"removed cluster {name}"]
    namespace = f"floe-{stack_id}"
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig = Path(folder) / "kubeconfig"
        write_kubeconfig(name, kubeconfig)
        kubectl = ["kubectl", "--kubeconfig", str(kubeconfig)]
        said = run([*kubectl, "delete", "namespace", namespace, "--ignore-not-found", "--wait", "--timeout=120s"])
    return [f"removed namespace {namespace} of cluster {name}"] if said.strip() else []
