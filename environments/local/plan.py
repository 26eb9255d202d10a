"""What a workload's recipe may know when it declares its process: nothing here starts anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from environments.local.provision import Parts

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the first process starts."""

    platform_file: Path  # the effective platform.yaml, which workloads are given as PLATFORM_FILE
    folder: Path  # the stack's private folder; a workload keeps its data in `folder / <name>`
    parts: Parts  # where the provisioned parts lie
    endpoints: Mapping[str, str]  # names of harness.stack -> base URL, for every component, external ones too
    ports: Mapping[str, int]  # "<workload>.<port name>" -> port, e.g. "object-store.s3"
    secrets: Mapping[str, str]  # secret_ref -> value
    object_store: str = "seaweedfs"  # or localstack
    scale: int = 1  # multiplies the demo's rows
    project: Path = PROJECT  # the folder whose `demo` is run

    def work_folder(self, name: str) -> Path:
        """Return the data folder of a workload, made private when it is not there."""
        path = self.folder / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path


def project_of(platform_file: Path) -> Path:
    """Return the folder whose `demo` is run: the one that platform.yaml lies in, where that is a whole `demo`."""
    demo = platform_file.resolve().parent
    return demo.parent if demo.name == "demo" and (demo / "pipeline").is_dir() else PROJECT
