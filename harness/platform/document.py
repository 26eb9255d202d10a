"""Reads a YAML file from anywhere: bounded, by safe types alone, and with the place of every key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as File
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node
from ruamel.yaml.reader import ReaderError

from harness.errors import Location
from harness.platform.located import Located
from harness.platform.problem import READABLE, Mistake, Path, PlatformErrors, Problem
from harness.platform.shape import scalars, strange_nodes

_LARGEST = 256 * 1024  # bytes; ruamel reads about 300 kB a second


class Document(Located):
    """A YAML mapping: `content` in plain types, and `locate` for its keys; raises PlatformErrors.

    `what`: what the mapping is to be, for the error of a file that is none.
    """

    def __init__(self, file: File, what: str = "a platform") -> None:
        yaml = YAML(typ="safe", pure=True)
        try:
            root = yaml.compose(_text(file))
            if not isinstance(root, MappingNode):
                actual = "nothing" if root is None else root.tag.rpartition(":")[2]
                raise _unreadable(file, f"not {what}", 1, expected="a mapping", actual=actual)
            super().__init__(file, root)
            strange = strange_nodes(root)
            if strange:
                raise PlatformErrors([_mistake(said, _place(file, node)) for node, said in strange])
            self.content: dict[str, Any] = yaml.constructor.construct_document(root)
        except RecursionError:
            raise _unreadable(file, "nested too deeply") from None
        except YAMLError as error:
            raise _not_yaml(file, error) from None
        except ValueError:  # a date or a tag that its text does not fit, e.g. 2026-13-01
            place = next((node for node in scalars(root) if not _fits(node)), root)
            said = f"a value is no {str(place.tag).rpartition(':')[2]}"
            raise PlatformErrors([_mistake(said, _place(file, place))]) from None

    def error(self, problem: Problem) -> Mistake:
        """Return a problem as an error that names its place."""
        return Mistake(problem, self.locate(problem.path))

    def errors(self, problems: Iterable[Problem]) -> list[Mistake]:
        """Return problems as errors in the order of the file; a misspelt key is told once, not as a missing one too."""
        found = list(problems)
        meant = {problem.meant for problem in found}
        return sorted((self.error(problem) for problem in found if problem.path not in meant), key=_in_file)


def _in_file(mistake: Mistake) -> tuple[int, int]:
    place = mistake.location
    return (place.line or 0, place.column or 0) if place else (0, 0)


def _fits(node: Node) -> bool:
    try:
        YAML(typ="safe", pure=True).constructor.construct_object(node)
    except ValueError:
        return False
    return True


def _text(file: File) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except OSError as error:
        raise _unreadable(
            file, "cannot be read", actual=error.strerror, next_step="name a file that is there"
        ) from None
    if len(raw) > _LARGEST:
        raise _unreadable(file, "too large", expected=f"at most {_LARGEST // 1024} KiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        said = f"byte 0x{raw[error.start]:02x}"
        raise _unreadable(file, "not UTF-8", line, actual=said) from None


def _not_yaml(file: File, error: YAMLError) -> PlatformErrors:
    if isinstance(error, MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        said = error.problem or error.context or "no reason is given"
        return _unreadable(file, "not YAML", mark.line + 1, mark.column + 1, actual=said)
    if isinstance(error, ReaderError):
        return _unreadable(file, "not YAML", actual=f"the character {error.character!r} is not allowed in YAML")
    return _unreadable(file, "not YAML", actual=str(error).splitlines()[0])


def _unreadable(
    file: File, what: str, line: int | None = None, column: int | None = None, **said: str | None
) -> PlatformErrors:
    return PlatformErrors([_mistake(what, Location(file, line, column), **said)])


def _mistake(what: str, place: Location, actual: str | None = None, **said: str | None) -> Mistake:
    problem = Problem((), what, said.get("expected"), actual, said.get("next_step"), contract=READABLE)
    return Mistake(problem, place)


def _place(file: File, node: Node) -> Location:
    return Location(file, node.start_mark.line + 1, node.start_mark.column + 1)


def value_at(content: Any, path: Path) -> Any:
    """Return what stands at a path; None where nothing does."""
    for part in path:
        if isinstance(content, Mapping):
            content = content.get(part)
        elif isinstance(content, list) and isinstance(part, int) and part < len(content):
            content = content[part]
        else:
            return None
    return content
