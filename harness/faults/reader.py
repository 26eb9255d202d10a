"""Reads faults: every mistake of a file at once, each with line, key and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path as File
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from harness.contracts.registry import Stage, all_contracts
from harness.errors import Location, UsageError
from harness.faults.actions import ACTIONS, Action, LiveAction
from harness.faults.fault import Fault
from harness.faults.mend import Mend
from harness.platform.document import Document
from harness.platform.problem import PlatformErrors, Problem, did_you_mean, nearest, one_of
from harness.platform.refusal import problems_of

M = TypeVar("M", bound=BaseModel)

CATALOGUE = File(__file__).parent / "catalogue"
MENDS = File(__file__).parent / "mends"


def read_fault(file: File) -> Fault:
    """Return the fault of a file; raises PlatformErrors with every mistake, in the order of the file."""
    document = Document(file, "a fault")
    content = document.content
    actions, problems = _actions(content.get("actions"))
    fault, more = _model(Fault, {**content, "actions": actions})
    problems += more
    problems += _whole(content, {problem.path for problem in problems})
    mistakes = document.errors(problems)
    if mistakes or fault is None:
        raise PlatformErrors(mistakes)
    fault._document = document
    return fault


def read_mend(file: File) -> Mend:
    """Return the mend of a file; raises PlatformErrors with every mistake, in the order of the file."""
    document = Document(file, "a mend")
    content = document.content
    actions, problems = _actions(content.get("actions"))
    mend, more = _model(Mend, {**content, "actions": actions})
    problems += [*more, *_injectors(content)]
    for key in ("mends", "leaves"):
        problems += _contracts(content, key)
    mistakes = document.errors(problems)
    if mistakes or mend is None:
        raise PlatformErrors(mistakes)
    mend._document = document
    return mend


def mends() -> list[Mend]:
    """Return the mends that the harness brings, by id."""
    return [read_mend(file) for file in sorted(MENDS.rglob("*.yaml"), key=lambda file: file.name)]


def catalogue() -> list[Fault]:
    """Return the faults and harmless changes that the harness brings, by stage and id."""
    return [read_fault(file) for file in _files(CATALOGUE)]


def find_faults(named: list[str]) -> list[Fault]:
    """Return faults by their ids, or by the paths of files and folders, each once; raises UsageError."""
    chosen: dict[str, Fault] = {}
    for name in named:
        for fault in _named(name):
            chosen.setdefault(fault.id, fault)
    return list(chosen.values())


def find_mends(named: list[str]) -> list[Mend]:
    """Return mends by their ids or the paths of their files, all that the harness brings by default."""
    brought = mends()
    known = {mend.id: mend for mend in brought}
    chosen = []
    for name in named:
        if File(name).suffix in (".yaml", ".yml"):
            chosen.append(read_mend(File(name)))
        elif name in known:
            chosen.append(known[name])
        else:
            raise UsageError(
                f"there is no mend {name!r}{did_you_mean(name, known)}",
                expected="an id of harness/faults/mends, or the path of a mend's file",
            )
    return chosen if named else brought


def _named(name: str) -> Iterator[Fault]:
    path = File(name)
    if path.is_dir():
        files = _files(path)
        if not files:
            raise UsageError("no faults in this folder", expected="files *.yaml, one a fault", location=Location(path))
        yield from map(read_fault, files)
    elif path.suffix in (".yaml", ".yml"):
        yield read_fault(path)
    else:
        known = {file.stem: file for file in _files(CATALOGUE)}
        if name not in known:
            raise UsageError(
                f"there is no fault {name!r}{did_you_mean(name, known)}",
                expected="an id of `harness faults list`, or the path of a fault's file",
            )
        yield read_fault(known[name])


def _files(folder: File) -> list[File]:
    return sorted(folder.rglob("*.yaml"), key=lambda file: (_order(file.parent.name), file.name))


def _order(folder: str) -> int:
    stages = list(Stage)
    return stages.index(Stage(folder)) if folder in stages else len(stages)


def _actions(written: Any) -> tuple[Any, list[Problem]]:
    """Return the actions that are right, as models, and what is wrong with the others."""
    if not isinstance(written, list):
        return written, []
    actions: list[Action] = []
    problems: list[Problem] = []
    for place, each in enumerate(written):
        action, wrong = _action(each)
        problems += [replace(problem, path=("actions", place, *problem.path)) for problem in wrong]
        if action is not None:
            actions.append(action)
    # A list without a right action is told by its entries, not as one that is too short.
    return actions or [Action.model_construct()] * bool(written), problems


def _action(written: Any) -> tuple[Action | None, list[Problem]]:
    if not isinstance(written, dict):
        return None, [Problem((), "an action is a mapping", expected=f"{one_of(ACTIONS)}, and what it takes")]
    verbs = [verb for verb in ACTIONS if verb in written]
    if not verbs:
        said = next(iter(written), "")
        what = f"unknown action {said!r}{did_you_mean(said, ACTIONS)}"
        return None, [Problem((said,) if written else (), what, expected=one_of(ACTIONS))]
    if len(verbs) > 1:
        return None, [Problem((verbs[1],), "two actions in one", expected=f"an entry each: {', '.join(verbs)}")]
    return _model(ACTIONS[verbs[0]], written)


def _model(model: type[M], content: dict[Any, Any]) -> tuple[M | None, list[Problem]]:
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        return None, problems_of(content, error.errors(include_url=False, include_input=False), model)


def _whole(content: dict[str, Any], told: set[tuple[str | int, ...]]) -> list[Problem]:
    """Return what is wrong between the keys: a fault says what names it, a harmless change must not."""
    found: list[Problem] = []
    needed = ("seen", "named_by", "earliest")
    if content.get("harmless") is True:
        found += [
            Problem((key,), f"a harmless change has no {key!r}", expected="id, title, actions")
            for key in (*needed, "subject")
            if key in content
        ]
    else:
        found += [
            Problem((key,), f"{key!r} is missing", expected=Fault.model_fields[key].description)
            for key in needed
            if content.get(key) is None and not (key not in content and _misspelt(key, content))
        ]
        found += _naming(content)
    found += _injectors(content)
    return [problem for problem in found if problem.path not in told]


def _injectors(content: dict[str, Any]) -> Iterator[Problem]:
    """Yield actions that do not belong to the environments: what runs and files are not changed in one fault."""
    live, actions = "local" in (content.get("environments") or ()), content.get("actions")
    for place, each in enumerate(actions if isinstance(actions, list) else ()):
        for verb in each if isinstance(each, dict) else ():
            if verb in ACTIONS and issubclass(ACTIONS[verb], LiveAction) is not live:
                expected = "environments: [none]" if live else "environments: [local]"
                yield Problem(("actions", place, verb), f"{verb!r} is not for these environments", expected=expected)


def _misspelt(key: str, content: dict[str, Any]) -> bool:
    others = [other for other in content if other not in Fault.model_fields]
    return nearest(key, map(str, others)) is not None


def _naming(content: dict[str, Any]) -> Iterator[Problem]:
    name, earliest = content.get("named_by"), content.get("earliest")
    if not isinstance(name, str):
        return
    stage = _stages().get(name)
    if stage is None:
        hint = did_you_mean(name, _stages())
        yield Problem(("named_by",), f"there is no contract {name!r}{hint}", expected="an id of `harness contracts`")
    elif earliest in list(Stage) and list(Stage).index(Stage(earliest)) > list(Stage).index(stage):
        what = "later than the contract that names it"
        yield Problem(("earliest",), what, expected=f"{stage}, or earlier", actual=str(earliest))


def _contracts(content: dict[str, Any], key: str) -> Iterator[Problem]:
    """Yield the contracts of a key that are not there."""
    written = content.get(key, [])
    for name in [written] if isinstance(written, str) else written if isinstance(written, list) else ():
        if isinstance(name, str) and name not in _stages():
            hint = did_you_mean(name, _stages())
            yield Problem((key,), f"there is no contract {name!r}{hint}", expected="an id of `harness contracts`")


@cache
def _stages() -> dict[str, Stage]:
    return {contract.id: contract.stage for contract in all_contracts()}
