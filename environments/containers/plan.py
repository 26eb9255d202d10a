"""What is decided before a container starts: how the network names things, and how this machine reaches them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from environments.local.effective import endpoints_of
from environments.local.plan import Plan
from environments.local.ports import USUAL
from environments.local.provision import planned_parts
from harness.stack import Stack

_FILE = "containers.json"  # of the stack's folder
PLATFORM = "platform.yaml"  # of the stack's folder, with the network's own names


@dataclass(frozen=True)
class ContainerPlan:
    """The plan of a stack of containers."""

    folder: Path  # the stack's private folder; its name is the stack's id
    engine: str  # the address of the engine's API
    images: Literal["official", "built"]
    ports: Mapping[str, int]  # "<workload>.<port name>" -> port of 127.0.0.1
    secrets: Mapping[str, str]  # secret_ref -> value
    scale: int = 1

    @property
    def id(self) -> str:
        """The stack's id."""
        return self.folder.name

    @property
    def network(self) -> str:
        """The name of the stack's network."""
        return f"floe-{self.id}"

    def container(self, workload: str) -> str:
        """Return the name of a workload's container."""
        return f"floe-{self.id}-{workload}"

    @property
    def inside(self) -> dict[str, str]:
        """Base URL of every component, for the workloads: each listens at its usual port of a host of its own name."""
        return endpoints_of(USUAL, host=lambda workload: workload)

    @property
    def outside(self) -> dict[str, str]:
        """Base URL of every component, for this machine."""
        return endpoints_of(self.ports)

    def seen_from_outside(self) -> Plan:
        """Return the plan that the readiness checks of `local` ask: the same facts, at this machine's ports."""
        return Plan(
            self.folder / PLATFORM,
            self.folder,
            planned_parts(),
            self.outside,
            self.ports,
            self.secrets,
            scale=self.scale,
        )

    def save(self) -> None:
        """Write down, without secrets, what `of` needs."""
        told = {"engine": self.engine, "images": self.images, "ports": dict(self.ports)}
        (self.folder / _FILE).write_text(json.dumps(told))

    @classmethod
    def of(cls, stack: Stack) -> ContainerPlan:
        """Return the plan that a stack was made from."""
        told = json.loads((stack.folder / _FILE).read_text())
        secrets = json.loads(stack.secrets_file.read_text())
        return cls(stack.folder, secrets=secrets, scale=stack.scale, **told)
