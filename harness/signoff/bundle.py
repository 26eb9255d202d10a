"""The evidence bundle: a zip of everything that a sign-off rests on, the same bytes for the same content.

    manifest.json          SHA-256 and size of every other file
    signoff.json|html|md   the verdict and its pages
    policy.yaml            the policy
    sbom.cdx.json          every part that ran, as CycloneDX
    results/<n>/…          the record of each results folder
    campaigns/<n>.json     what fault campaigns wrote

A bundle comes from anywhere: `read_bundle` takes nothing of it on trust, and unpacks nothing.
"""

from __future__ import annotations

import hashlib
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from harness.errors import Location, UsageError
from harness.run.folder import Entry, differences, entry_of

MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can have: none of ours tells when it was made
_MOST_FILES = 100_000
_MOST_BYTES = 4 * 1024**3  # of all files, unpacked
_MOST_RATIO = 200  # unpacked to packed, of one file; JSON and logs stay below 50
_SMALL = 1024 * 1024  # bytes of a file whose ratio does not matter
_LARGEST_MANIFEST = 32 * 1024 * 1024  # bytes
_CHUNK = 1 << 20
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)


class BundleError(UsageError):
    """This is no bundle, or one that is not to be opened."""


class Manifest(BaseModel):
    """Every file of a bundle but the manifest itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["floe-harness.bundle/1"] = "floe-harness.bundle/1"
    files: dict[str, Entry]


@dataclass(frozen=True)
class Bundle:
    """A bundle as it was read; `problems`: what is not as its manifest says."""

    manifest: Manifest
    problems: tuple[str, ...]
    verdict: bytes


def write_bundle(file: Path, content: Mapping[str, bytes | Path]) -> None:
    """Write a bundle, whole or not at all; `content`: path within it -> bytes, or the file they are in."""
    entries = {name: _entry(content[name]) for name in sorted(content)}
    manifest = f"{json.dumps(Manifest(files=entries).model_dump(), indent=1, sort_keys=True)}\n".encode()
    draft = file.with_name(f".{file.name}.draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        _add(archive, MANIFEST, manifest)
        for name in entries:
            _add(archive, name, content[name])
    draft.replace(file)


def read_bundle(file: Path) -> Bundle:
    """Read a bundle and hold it against its manifest; raises BundleError for what is not to be opened."""
    try:
        with zipfile.ZipFile(file) as archive:
            _check_names(file, archive.infolist())
            manifest = _manifest(file, archive)
            # What the manifest does not know is told of, and not read.
            there = {name: _packed_entry(archive, name) if name in manifest.files else None for name in _files(archive)}
            problems = tuple(differences(manifest.files, there))
            verdict = archive.read("signoff.json") if "signoff.json" in archive.NameToInfo and not problems else b""
    except OSError as error:
        raise BundleError("cannot be read", actual=error.strerror or str(error), location=Location(file)) from None
    except _UNREADABLE as error:
        raise BundleError("not a zip that can be read", actual=str(error), location=Location(file)) from None
    return Bundle(manifest, problems, verdict)


def _check_names(file: Path, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse names that lead elsewhere or stand twice, links, what is locked, and what would fill the disk."""
    if len(infos) > _MOST_FILES:
        raise _refused(file, "too many files", f"at most {_MOST_FILES}", str(len(infos)))
    if sum(info.file_size for info in infos) > _MOST_BYTES:
        raise _refused(file, "too large when unpacked", f"at most {_MOST_BYTES >> 30} GiB")
    seen: set[str] = set()
    for info in infos:
        name, shown = info.filename, repr(info.filename[:200])
        path = PurePosixPath(name)
        odd = not name or name != path.as_posix() or any(not c.isprintable() for c in name)
        if odd or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in path.parts[0]:
            raise _refused(file, "a file would lie outside of the bundle", "a plain path within it", shown)
        if info.orig_filename != name or name.casefold() in seen:
            raise _refused(file, "a file stands there twice", "each once", shown)
        seen.add(name.casefold())
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise _refused(file, "something that is no file", "files alone, without links", shown)
        if info.compress_type not in _PACKED:
            raise _refused(file, "a file is packed in another way", "stored or deflated", shown)
        if info.flag_bits & 0x1:
            raise _refused(file, "a file is encrypted", actual=shown)
        if info.file_size > _SMALL and info.file_size > _MOST_RATIO * max(info.compress_size, 1):
            raise _refused(file, "a file would become far larger when unpacked", f"{_MOST_RATIO} times", shown)


def _manifest(file: Path, archive: zipfile.ZipFile) -> Manifest:
    if MANIFEST not in archive.NameToInfo:
        raise _refused(file, "not a bundle", f"{MANIFEST} in it", "none")
    try:
        if archive.NameToInfo[MANIFEST].file_size > _LARGEST_MANIFEST:
            raise _refused(file, f"{MANIFEST} is too large", f"at most {_LARGEST_MANIFEST >> 20} MiB")
        return Manifest.model_validate_json(archive.read(MANIFEST))
    except ValidationError as error:
        raise _refused(file, f"{MANIFEST} is not what a sign-off writes", None, error.errors()[0]["msg"]) from None


def _files(archive: zipfile.ZipFile) -> list[str]:
    return [name for name in archive.NameToInfo if name != MANIFEST]


def _packed_entry(archive: zipfile.ZipFile, name: str) -> Entry | None:
    """Return what a packed file is, read by pieces; None where its checksum does not fit."""
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as stream:
            while piece := stream.read(_CHUNK):
                digest.update(piece)
                size += len(piece)
    except (*_UNREADABLE, OSError):
        return None
    return Entry(sha256=digest.hexdigest(), bytes=size)


def _entry(content: bytes | Path) -> Entry:
    if isinstance(content, bytes):
        return Entry(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    return entry_of(content)


def _add(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, (stat.S_IFREG | 0o644) << 16
    if isinstance(content, bytes):
        archive.writestr(info, content)
        return
    with content.open("rb") as source, archive.open(info, "w") as target:
        while piece := source.read(_CHUNK):
            target.write(piece)


def _refused(file: Path, what: str, expected: str | None = None, actual: str | None = None) -> BundleError:
    return BundleError(what, expected=expected, actual=actual, location=Location(file))
