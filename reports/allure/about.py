"""What Allure tells of a run besides its tests: environment.properties, categories.json, executor.json."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from harness.stack import Stack

_CATEGORIES = Path(__file__).with_name("categories.json")


def write_about(folder: Path, *, stack: Stack | None, platform_file: Path, project: Path) -> None:
    """Write the three files into a folder of results; `platform_file`: the one that the user wrote."""
    folder.mkdir(parents=True, exist_ok=True)
    told = properties(stack, platform_file, project)
    lines = (f"{_escaped(key)}={_escaped(value)}" for key, value in told.items())
    (folder / "environment.properties").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.copyfile(_CATEGORIES, folder / "categories.json")
    (folder / "executor.json").write_text(json.dumps(executor(os.environ), indent=1), encoding="utf-8")


def properties(stack: Stack | None, platform_file: Path, project: Path) -> dict[str, str]:
    """Return what a run was made on and of, by name."""
    told = {
        "environment": stack.environment if stack else "nothing was started",
        "harness": version("floe-harness"),
        "git.commit": commit(project),
        "platform.digest": _digest(platform_file),
        "stack.digest": stack.digest if stack else "",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        "python": platform.python_version(),
    }
    for workload in stack.workloads if stack else ():
        told[f"workload.{workload.name}"] = f"{workload.version or 'unknown'} ({workload.kind})"
    return {key: value for key, value in told.items() if value}


def commit(project: Path) -> str:
    """Return the commit of a folder, with `+` behind it where files differ from it; empty outside of git."""
    try:
        run = ["git", "-C", str(project), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+"]
        return subprocess.run(run, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def executor(environ: Mapping[str, str]) -> dict[str, str]:
    """Return who ran it, as Allure's executor.json has it: a GitHub workflow, or a machine by hand."""
    if "GITHUB_RUN_ID" not in environ:
        return {"name": platform.node() or "local", "type": "local"}
    url = f"{environ.get('GITHUB_SERVER_URL', '')}/{environ.get('GITHUB_REPOSITORY', '')}"
    return {
        "name": "GitHub Actions",
        "type": "github",
        "buildName": f"{environ.get('GITHUB_WORKFLOW', 'run')} #{environ.get('GITHUB_RUN_NUMBER', '')}",
        "buildOrder": environ.get("GITHUB_RUN_NUMBER", ""),
        "buildUrl": f"{url}/actions/runs/{environ['GITHUB_RUN_ID']}",
    }


def _digest(file: Path) -> str:
    try:
        return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    except OSError:
        return ""


def _escaped(text: str) -> str:
    """Return a text as a Java properties file has it."""
    text = text.replace("\\", "\\\\").replace("\n", " ").replace("=", "\\=").replace(":", "\\:")
    return text.replace(" ", "\\ ") if text.startswith(" ") else text
