"""The results folder: `run.json`, what others recorded beside it, and digests by which an edit is noticed.

    run.json       what the run was and what came of it (harness/run/model.py)
    allure/        Allure's results
    failures/      what was recorded of each failed scenario
    digests.json   SHA-256 and size of every file above; written last

Anything else in the folder is made from these, and is no part of the record.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from harness.errors import Location, UsageError
from harness.run.model import Run
from harness.run.origin import digest_of_file
from harness.whole_file import write_whole

RUN, DIGESTS, RECORDED = "run.json", "digests.json", ("allure", "failures")
_LARGEST = 128 * 1024 * 1024  # bytes of a run.json or a digests.json


class ResultsError(UsageError):
    """This is no results folder, or it cannot be read: nothing can be said about it."""


class Entry(BaseModel):
    """What a file was when the run ended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    bytes: int


class Digests(BaseModel):
    """Every file of the record, by its path within the folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["floe-harness.digests/1"] = "floe-harness.digests/1"
    files: dict[str, Entry]


@dataclass(frozen=True)
class Results:
    """A results folder as it was read.

    `run`: None where the folder is empty. `problems`: why it proves nothing, e.g. half-written, or edited.
    """

    folder: Path
    run: Run | None
    problems: tuple[str, ...] = ()


def begin(folder: Path, run: Run) -> None:
    """Make the folder, or take the last run's record out of it, and write that a run has begun.

    Raises ResultsError where the folder cannot be written, or holds something else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = {path.name for path in folder.iterdir()}
        if not there & {RUN, DIGESTS} and there - set(RECORDED):
            raise ResultsError(
                "not a results folder", expected="a new or empty folder, or one of results", location=Location(folder)
            )
        (folder / DIGESTS).unlink(missing_ok=True)
        _write(folder / RUN, run)
        if there & {RUN, DIGESTS}:
            for name in RECORDED:
                shutil.rmtree(folder / name, ignore_errors=True)
    except OSError as error:
        raise ResultsError("results cannot be written", actual=error.strerror, location=Location(folder)) from None


def complete(folder: Path, run: Run) -> None:
    """Write what came of the run, then the digests of everything that was recorded."""
    _write(folder / RUN, run)
    _write(folder / DIGESTS, Digests(files=dict(_entries(folder))))


def find_results(given: Iterable[Path]) -> list[Path]:
    """Return the results folders: those given, and those below a given folder that is none itself, sorted, each once.

    Raises ResultsError for what is not a folder.
    """
    found: dict[Path, None] = {}
    for folder in given:
        if not folder.is_dir():
            raise ResultsError("no such folder", expected="a results folder", location=Location(folder))
        below = sorted(_below(folder))
        for each in below or [folder]:
            found.setdefault(each)
    return list(found)


def read_results(folder: Path) -> Results:
    """Read a results folder; raises ResultsError where `run.json` or `digests.json` is not what a run writes."""
    if not (folder / RUN).is_file():
        return Results(folder, None, ("it is empty: there is no run.json",))
    run = _read(folder / RUN, Run)
    if not run.complete:
        return Results(folder, run, ("it is half-written: the run was killed, or has not ended",))
    if not (folder / DIGESTS).is_file():
        return Results(folder, run, ("it is half-written: there is no digests.json",))
    digests = _read(folder / DIGESTS, Digests)
    problems = tuple(edits(digests.files, folder))
    if not problems and (folder / DIGESTS).read_bytes() != _bytes(digests):
        problems = ("it was edited: digests.json is not as a run writes it",)
    return Results(folder, run, problems)


def edits(told: dict[str, Entry], folder: Path) -> Iterator[str]:
    """Yield what is not as it was when the run ended."""
    if RUN not in told:
        yield "it was edited: run.json has no digest"
    yield from (f"it was edited: {said}" for said in differences(told, dict(_entries(folder))))


def differences(told: Mapping[str, Entry], there: Mapping[str, Entry | None]) -> Iterator[str]:
    """Yield how the files that are there differ from those told of, by name; None: one that cannot be read."""
    for name in sorted(told.keys() | there.keys()):
        if name not in there:
            yield f"{name!r} is gone"
        elif name not in told:
            yield f"{name!r} was added"
        elif told[name] != there[name]:
            yield f"{name!r} was changed"


def entry_of(file: Path) -> Entry:
    """Return what a file is now, with an empty digest where its content cannot be read; raises OSError."""
    return Entry(sha256=digest_of_file(file), bytes=file.stat().st_size)


def record_of(folder: Path) -> list[Path]:
    """Return the files of a record, digests included, sorted by their path within the folder."""
    files = [path for path in (folder / RUN, folder / DIGESTS) if path.is_file() or path.is_symlink()]
    for name in RECORDED:
        files += [path for path in (folder / name).rglob("*") if path.is_symlink() or not path.is_dir()]
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def _entries(folder: Path) -> Iterator[tuple[str, Entry]]:
    for path in record_of(folder):
        name = path.relative_to(folder).as_posix()
        if name == DIGESTS:
            continue
        if path.is_symlink() or not path.is_file():  # what it points at is not part of the record
            yield name, Entry(sha256="", bytes=-1)
        else:
            yield name, entry_of(path)


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        if RUN in files:
            yield Path(here)
            folders[:] = [name for name in folders if name not in RECORDED]


def _read(file: Path, model: Any) -> Any:
    try:
        if file.stat().st_size > _LARGEST:
            raise ResultsError("too large", expected=f"at most {_LARGEST >> 20} MiB", location=Location(file))
        return model.model_validate_json(file.read_bytes())
    except OSError as error:
        raise ResultsError("cannot be read", actual=error.strerror, location=Location(file)) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"])) or None
        raise ResultsError(
            "not what a run writes",
            actual=first["msg"],
            next_step="give a folder that `pytest features/ --results DIR` wrote with this version",
            location=Location(file, key=key),
        ) from None


def _write(file: Path, content: BaseModel) -> None:
    write_whole(file, _bytes(content))


def _bytes(content: BaseModel) -> bytes:
    text = json.dumps(content.model_dump(mode="json"), indent=1, ensure_ascii=False)
    return f"{text}\n".encode(errors="backslashreplace")
