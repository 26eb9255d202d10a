"""dbt's manifest, parsed once for what it was made from and kept beside dbt's partial parse."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock

from demo.settings import Settings

PROJECT = Path(__file__).parents[1] / "dbt"
FOLDER = "DEMO_DBT_TARGET"  # variable: where parsed projects are kept; demo/dbt/target by default
_LAYERS = ("bronze", "silver", "gold")


class ParseError(Exception):
    """The dbt project cannot be parsed."""


def arguments(settings: Settings) -> list[str]:
    """Return dbt's arguments that say which project, and in which namespaces its layers lie."""
    namespaces = {layer: settings.layer(layer).namespace for layer in _LAYERS}
    return ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(namespaces)]


def parsed(settings: Settings) -> Path:
    """Return the folder with `manifest.json` and `partial_parse.msgpack`, parsing when it is not there.

    Raises ParseError with dbt's message.
    """
    folder = Path(os.environ.get(FOLDER) or PROJECT / "target") / _digest(settings)
    if (folder / "manifest.json").is_file():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "manifest.json").is_file():
            _parse(settings, folder)
    return folder


def _digest(settings: Settings) -> str:
    digest = hashlib.sha256(json.dumps(arguments(settings)).encode())
    for name in ("dbt-core", "dbt-duckdb"):
        digest.update(importlib.metadata.version(name).encode())
    for file in sorted(PROJECT.rglob("*")):
        if file.suffix in (".sql", ".yml") and "target" not in file.relative_to(PROJECT).parts:
            digest.update(f"{file.relative_to(PROJECT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _parse(settings: Settings, folder: Path) -> None:
    from dbt.cli.main import dbtRunner

    draft = Path(tempfile.mkdtemp(prefix="parse-", dir=folder.parent))
    try:
        done = dbtRunner().invoke(
            ["--quiet", "--log-level-file", "none", "parse", *arguments(settings), "--target-path", str(draft)]
        )
        if not done.success:
            raise ParseError(f"dbt cannot parse {PROJECT}: {done.exception}")
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
