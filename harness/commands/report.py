"""`harness report`: the HTML report of runs, by Allure 3."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.errors import HarnessError, UsageError

RESULTS = Path(".harness") / "results" / "allure"
_CATEGORIES = "categories.json"


def report(
    results: Annotated[
        list[Path] | None, typer.Argument(help=f"Folders of Allure results; default {RESULTS}.", show_default=False)
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the report goes.")] = Path(".harness/report"),
    history: Annotated[Path, typer.Option(help="What earlier reports found; this one adds itself.")] = Path(
        ".harness/history.jsonl"
    ),
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser; Ctrl-C ends it.")] = False,
    gate: Annotated[bool, typer.Option("--gate", help="Exit status 1 when a test failed, or none ran.")] = False,
) -> None:
    """Make the HTML report of results that `pytest --alluredir DIR` has left; several folders become one report."""
    folders = [_checked(folder) for folder in results or [RESULTS]]
    with tempfile.TemporaryDirectory(prefix="floe-report-") as folder:
        config, gate_config = Path(folder) / "allurerc.json", Path(folder) / "gate.json"
        said = allure_config(folders, output.absolute(), history.absolute())
        config.write_text(json.dumps(said))
        # The gate is no run of its own: it must not stand in the history.
        gate_config.write_text(json.dumps({**said, "appendHistory": False, "plugins": {}}))
        history.absolute().parent.mkdir(parents=True, exist_ok=True)
        _allure(["generate", "--config", str(config), "--cwd", folder], folders)
        if not (output / "index.html").is_file():
            raise HarnessError("Allure made no report", expected=f"{output / 'index.html'}", actual="no such file")
        print(f"report     {output / 'index.html'}")
        asked = ["quality-gate", "--config", str(gate_config), "--cwd", folder]
        passed = not gate or _allure(asked, folders, (0, 1)) == 0
        if open_it:
            _allure(["open", "--config", str(config), "--cwd", folder, str(output.absolute())], ())
    if not passed:
        raise typer.Exit(1)


def allure_config(folders: Sequence[Path], output: Path, history: Path) -> dict[str, Any]:
    """Return Allure's configuration (https://allurereport.org/docs/v3/configure/): one page, history, the gate.

    The categories are those that the results say.
    """
    said = [folder / _CATEGORIES for folder in folders if (folder / _CATEGORIES).is_file()]
    categories = _read_list(said[0]) if said else []
    return {
        "name": "floe-harness",
        "output": str(output),
        "historyPath": str(history),
        "appendHistory": True,
        "categories": categories,
        "qualityGate": {"rules": [{"maxFailures": 0}, {"minTestsCount": 1}]},
        "plugins": {
            "awesome": {"options": {"reportName": "floe-harness", "singleFile": False, "groupBy": ["epic", "feature"]}}
        },
    }


def _checked(folder: Path) -> Path:
    if not any(folder.glob("*-result.json")):
        raise UsageError(
            f"{folder} has no Allure results",
            expected="files <id>-result.json",
            actual="no such folder" if not folder.is_dir() else "none of them",
            next_step=f"run the scenarios with --alluredir {RESULTS}",
        )
    return folder.absolute()


def _read_list(file: Path) -> list[Any]:
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a report without categories is better than none
        return []
    return read if isinstance(read, list) else []


def _allure(arguments: Sequence[str], folders: Sequence[Path], allowed: tuple[int, ...] = (0,)) -> int:
    """Run Allure, fetched when it is not there yet; raises HarnessError for an exit status that is not allowed."""
    from environments.local.provision import provision

    parts = provision(["allure"])
    command = [str(parts.node), str(parts.allure), *arguments, *map(str, folders)]
    if arguments[0] == "open":
        return subprocess.run(command, check=False).returncode
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode not in allowed:
        raise HarnessError("Allure failed", actual=(done.stdout + done.stderr).strip()[-2000:])
    if arguments[0] == "quality-gate" and done.returncode:
        print((done.stdout + done.stderr).strip())
    return done.returncode
