"""The cluster: one that kind has already, or a new one; and the images that its nodes lack."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from environments.kind.tools import run

if TYPE_CHECKING:
    from docker import DockerClient

_NODE = "kindest/node"
_OF_CLUSTER = "io.x-k8s.kind.cluster"  # label of a node's container


def clusters() -> list[str]:
    """Return the names of the clusters that kind has."""
    return run(["kind", "get", "clusters"]).split()


def make_cluster(engine: DockerClient, name: str, kubeconfig: Path) -> None:
    """Make a cluster, of a node image that the engine has already where there is one; raises EnvironmentFailure."""
    there = sorted(tag for image in engine.images.list(name=_NODE) for tag in image.tags)
    image = ["--image", there[-1]] if there else []
    run(["kind", "create", "cluster", "--name", name, "--kubeconfig", str(kubeconfig), "--wait", "120s", *image])


def write_kubeconfig(name: str, kubeconfig: Path) -> None:
    """Write the way into a cluster of kind into a private file; raises EnvironmentFailure."""
    content = run(["kind", "get", "kubeconfig", "--name", name])
    with os.fdopen(os.open(kubeconfig, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)


def load_images(engine: DockerClient, cluster: str, tags: Iterable[str]) -> list[str]:
    """Load the images that a node of the cluster lacks, and return their tags; raises EnvironmentFailure."""
    nodes = engine.containers.list(filters={"label": f"{_OF_CLUSTER}={cluster}"})
    lacking = set[str]()
    for node in nodes:
        listed = node.exec_run(["ctr", "--namespace", "k8s.io", "images", "list", "--quiet"]).output
        assert isinstance(listed, bytes)
        there = {line.removeprefix("docker.io/") for line in listed.decode().split()}
        lacking |= {tag for tag in tags if tag.removeprefix("docker.io/") not in there}
    if lacking:
        run(["kind", "load", "docker-image", "--name", cluster, *sorted(lacking)])
    return sorted(lacking)
