"""Reads rendered Kubernetes manifests: a file, a folder of files, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from harness.errors import Location, UsageError
from harness.workloads.documents import Object, decode, read_documents
from harness.workloads.kubernetes import read_objects
from harness.workloads.model import Objects
from harness.workloads.run_pods import run_pods

STDIN = Path("-")
_SUFFIXES = (".yaml", ".yml", ".json")


def read_manifests(source: Path) -> Objects:
    """Return what manifests declare, and the pods that the orchestrator starts by what it is told in them.

    `source`: a file, a folder (every .yaml, .yml and .json in it and below), or `-` for standard input. Raises
    UsageError, with the place, for what is not there, not YAML, a chart, or holds no Kubernetes object.
    """
    objects = read_objects(_documents(source))
    if not (objects.workloads or objects.services or objects.configs or objects.others):
        raise UsageError(
            "no Kubernetes manifests",
            expected="what `helm template` or `kubectl get -o yaml` prints",
            location=Location(_shown(source)),
        )
    return replace(objects, workloads=(*objects.workloads, *run_pods(objects)))


def _documents(source: Path) -> Iterator[Object]:
    if source == STDIN:
        yield from read_documents(decode(sys.stdin.buffer.read(), _shown(source)), _shown(source))
        return
    for file in _files(source):
        yield from read_documents(read_text(file), file)


def read_text(file: Path) -> str:
    """Return the text of a file; raises UsageError for one that cannot be read, is too large, or no UTF-8."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise UsageError("cannot be read", actual=error.strerror, location=Location(file)) from None
    return decode(raw, file)


def _files(source: Path) -> list[Path]:
    if not source.exists():
        raise UsageError("no such file or folder", next_step="--manifests names it", location=Location(source))
    if not source.is_dir():
        return [source]
    if (source / "Chart.yaml").exists():
        raise UsageError(
            "a chart, not rendered manifests",
            next_step=f"helm template {source} | harness preflight --platform FILE --manifests -",
            location=Location(source),
        )
    return sorted(file for file in source.rglob("*") if file.suffix in _SUFFIXES and file.is_file())


def _shown(source: Path) -> Path:
    return Path("<stdin>") if source == STDIN else source
