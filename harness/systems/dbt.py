"""dbt's client: parses a project afresh, so that what the platform has loaded can be held against today's models."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError

_LIMIT = 120.0  # seconds; parsing takes about five
_DBT = "from dbt.cli.main import cli; cli()"  # the command `dbt`, in this Python


class DbtFault(HarnessError):
    """dbt could not parse the project."""


@dataclass(frozen=True)
class Dbt:
    """A dbt project: the folder that holds dbt_project.yml and profiles.yml."""

    project: Path

    def manifest(self) -> dict[str, Any]:
        """Parse the project, and return the manifest; raises DbtFault with dbt's last lines."""
        with tempfile.TemporaryDirectory(prefix="dbt-") as target:
            folders = ["--project-dir", str(self.project), "--profiles-dir", str(self.project), "--target-path", target]
            done = subprocess.run(
                [sys.executable, "-c", _DBT, "--quiet", "--log-level-file", "none", "parse", *folders],
                cwd=self.project.parents[1],  # a project's plugins are modules of the code that it is part of
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_LIMIT,
                check=False,
            )
            if done.returncode:
                raise DbtFault(
                    f"dbt cannot parse {self.project.name}",
                    expected="exit status 0",
                    actual=f"exit status {done.returncode}",
                    evidence="\n".join(done.stdout.splitlines()[-20:]),
                )
            manifest: dict[str, Any] = json.loads((Path(target) / "manifest.json").read_text())
            return manifest


def manifest_edges(manifest: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return (input, model) of every model of a manifest; sources and models by their plain names."""
    nodes = {**manifest["nodes"], **manifest["sources"]}
    return {
        (nodes[source]["name"], node["name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        for source in node["depends_on"]["nodes"]
    }
