"""Dagster loads the definitions for real: the one check of this stage that runs the platform's code."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from harness.contracts.breach import Breach
from harness.contracts.load.project import Project, has_definitions
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.errors import Location

_LIMIT = 120.0  # seconds; the demo's take about 8
_LAST = 20  # lines of what was said
_LOAD = """
import importlib, sys
import dagster
definitions = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
dagster.Definitions.validate_loadable(definitions)
"""
_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


def _applies(project: Project) -> str | None:
    return has_definitions(project) or (None if project.python else "no Python is given that may load the code")


@contract(
    "orchestrator.definitions-load",
    stage=Stage.LOAD,
    promise="Dagster loads the definitions without an error.",
    requires=(
        "orchestrator.code-readable",
        "orchestrator.resources-declared-once",
        "orchestrator.resources-provided",
        "orchestrator.asset-keys-unique",
        "orchestrator.asset-inputs-exist",
        "orchestrator.job-assets-exist",
        "orchestrator.triggers-name-jobs",
        "orchestrator.cron-valid",
        "transform.project-readable",
        "transform.references-resolve",
        "transform.models-unique",
    ),
    mend="mend what the last lines name; `dagster definitions validate` shows the whole",
    takes=Target.CODE,
    applies=_applies,
)
def definitions_load(project: Project) -> Facts:
    loaded = project.loaded
    assert loaded is not None
    command = [str(project.python), "-c", _LOAD, loaded.module.name, loaded.variable]
    status, said = _run(command, project.code.root, {**os.environ, **project.environment})
    if status is None:
        raise Breach(
            "the definitions do not load in time",
            expected=f"loaded within {_LIMIT:.0f} s",
            actual="still loading",
            evidence=_last(said),
            location=loaded.place,
        )
    if status:
        raise Breach(
            "Dagster cannot load the definitions",
            expected="no error",
            actual=(_last(said, 1) or f"exit status {status}").strip(),
            evidence=_last(said),
            location=_place(said, project.code.root) or loaded.place,
        )
    return {"module": loaded.module.name}


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int | None, str]:
    """Return a command's exit status, None when it took too long, and what it said; nothing of it lives on."""
    with tempfile.TemporaryFile() as output:  # a pipe would stay open as long as a child of it lives
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise Breach(
                "the project's Python cannot be started", expected=command[0], actual=str(error.strerror)
            ) from None
        status: int | None = None
        with suppress(subprocess.TimeoutExpired):
            status = process.wait(_LIMIT)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        output.seek(0)
        return status, output.read().decode(errors="replace")


def _last(said: str, lines: int = _LAST) -> str:
    return "\n".join([line for line in said.splitlines() if line.strip()][-lines:])


def _place(said: str, root: Path) -> Location | None:
    """Return the last place in the project's own code that a traceback names."""
    frames = [(Path(file), int(line)) for file, line in _FRAME.findall(said)]
    own = [(file, line) for file, line in frames if file.is_relative_to(root) and "site-packages" not in file.parts]
    return Location(*own[-1]) if own else None
