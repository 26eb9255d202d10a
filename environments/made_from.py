"""What a stack is made from: what only a new stack can replace, and code that a stack takes while it is up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from harness.code_files import code_files
from harness.expectations import FILE as EXPECTATIONS
from harness.settings import Settings

_PROJECT = Path(__file__).parents[1]
_FOR_GOOD = ("demo", "environments/local", "uv.lock")
# Told of, or looked at, and run by nothing.
_NOT_RUN = ("demo/README.md", "demo/manifests", f"demo/{EXPECTATIONS}")


def digest_of(settings: Settings, code: Mapping[str, str], project: Path = _PROJECT) -> str:
    """Return a digest of what only a new stack can replace: platform.yaml, settings, locks, the environment's code.

    `code`: part of the platform's code that a stack takes while it is up -> its folder in the project.
    """
    digest = hashlib.sha256(settings.model_dump_json(exclude={"keep", "platform", "read_only", "results"}).encode())
    digest.update(settings.platform.read_bytes())
    if settings.endpoints is not None and settings.endpoints.is_file():
        digest.update(settings.endpoints.read_bytes())
    home = settings.platform.resolve().parent
    if home != project / "demo" and (home / "pipeline").is_dir():
        digest.update(bytes(home))  # its code is run, and is not looked through
    made_from = dict.fromkeys((*_FOR_GOOD, f"environments/{settings.environment}"))
    elsewhere = (*code.values(), *_NOT_RUN)
    files = (path for path in _files(project, made_from) if not any(map(path.is_relative_to, elsewhere)))
    _add(digest, files, project)
    return digest.hexdigest()[:16]


def code_of(settings: Settings, code: Mapping[str, str], project: Path = _PROJECT) -> dict[str, str]:
    """Return a digest of each part of the platform's `code`, and of what is expected of its data."""
    found = {}
    for name, folder in code.items():
        digest = hashlib.sha256()
        _add(digest, _files(project, [folder]), project)
        found[name] = digest.hexdigest()[:16]
    expectations = settings.platform.with_name(EXPECTATIONS)
    content = expectations.read_bytes() if expectations.is_file() else b""
    return found | {"expectations": hashlib.sha256(content).hexdigest()[:16]}


def _files(project: Path, names: Iterable[str]) -> Iterator[Path]:
    """Yield the files of folders (or files) of the project, by their path in it, in order."""
    return (Path(name) / within for name in names for within in code_files(project / name))


def _add(digest: hashlib._Hash, paths: Iterable[Path], project: Path) -> None:
    for path in paths:
        digest.update(str(path).encode())
        digest.update((project / path).read_bytes())
