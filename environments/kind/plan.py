"""What is decided before a stack of kind starts, and is written down for those who do something with it later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from environments.kind.workloads import WORKLOADS
from environments.local.effective import endpoints_of
from harness.stack import Stack

_FILE = "kind.json"  # of the stack's folder
KUBECONFIG = "kubeconfig"  # of the stack's folder
PLATFORM = "platform.yaml"  # of the stack's folder


@dataclass(frozen=True)
class KindPlan:
    """The plan of a stack in a cluster of kind."""

    folder: Path  # the stack's private folder; its name is the stack's id
    cluster: str  # its name in kind
    images: str  # official or built
    ports: Mapping[str, int]  # "<workload>.<port name>" -> port of 127.0.0.1
    scale: int = 1
    skip_schema_validation: bool = False

    @property
    def id(self) -> str:
        """The stack's id."""
        return self.folder.name

    @property
    def namespace(self) -> str:
        """The stack's namespace in the cluster."""
        return f"floe-{self.id}"

    @property
    def kubeconfig(self) -> Path:
        """The way into the cluster."""
        return self.folder / KUBECONFIG

    @property
    def platform_file(self) -> Path:
        """platform.yaml as the workloads are given it; its names are the cluster's own."""
        return self.folder / PLATFORM

    @property
    def endpoints(self) -> dict[str, str]:
        """Base URL of every component, for this machine."""
        return endpoints_of(self.ports)

    def kubectl(self, *arguments: str) -> list[str]:
        """Return a command of kubectl in the stack's namespace."""
        return ["kubectl", "--kubeconfig", str(self.kubeconfig), "--namespace", self.namespace, *arguments]

    def helm(self, *arguments: str) -> list[str]:
        """Return a command of helm in the stack's namespace."""
        return ["helm", "--kubeconfig", str(self.kubeconfig), "--namespace", self.namespace, *arguments]

    def forwarded(self) -> dict[str, dict[int, int]]:
        """Return, by workload, which port of this machine leads to which port of its pod."""
        return {
            each.name: {self.ports[f"{each.name}.{name}"]: port for name, port in each.ports.items()}
            for each in WORKLOADS
            if each.ports
        }

    def save(self) -> None:
        """Write down what `read` needs."""
        told = {name: value for name, value in asdict(self).items() if name != "folder"}
        (self.folder / _FILE).write_text(json.dumps(told))

    @classmethod
    def read(cls, folder: Path) -> KindPlan:
        """Return the plan of the stack in a folder."""
        return cls(folder, **json.loads((folder / _FILE).read_text()))

    @classmethod
    def of(cls, stack: Stack) -> KindPlan:
        """Return the plan that a stack was made from."""
        return cls.read(stack.folder)
