"""Reads a folder of Python, and what of the same code it imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import Location
from harness.systems.python_code.execute import Executor
from harness.systems.python_code.values import Function, Module

_LARGEST = 1024 * 1024  # bytes of a file
_NOT_CODE = {"__pycache__", "node_modules", "site-packages", "tests", "test", "build", "dist", "target"}


@dataclass(frozen=True)
class Unreadable:
    """A file that is no Python, and why."""

    location: Location
    why: str


@dataclass
class Code:
    """What was read: `modules` of the folder itself, `imported` ones besides, every function, files that are no Python.

    `root`: from where the modules are imported.
    """

    root: Path
    modules: list[Module] = field(default_factory=list)
    imported: list[Module] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    executor: Executor = field(init=False, repr=False)

    @property
    def everything(self) -> list[Module]:
        """All modules that were read."""
        return [*self.modules, *self.imported]


def read_code(folder: Path, others: Iterable[Path] = ()) -> Code:
    """Read the Python of a folder, and of `others` that belong to it.

    Tests and hidden folders are left out. Never raises for what a file holds: that is `unreadable`.
    """
    folder = folder.absolute()
    root = _import_root(folder)
    reader = _Reader(Code(root), [_home(folder)])
    for other in (path.absolute() for path in others):
        reader.homes.append(_home(other))
        for file in python_files(other):
            reader.known.setdefault(file, None)
    files = list(python_files(folder))
    reader.own = set(files)
    for file in [*files, *reader.known]:
        reader.load(file)
    executor = reader.code.executor
    with suppress(RecursionError):
        executor.unseen(reader.code.modules)
    reader.code.functions = executor.functions
    return reader.code


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the files of Python code in a folder, sorted."""
    if folder.is_file():
        yield folder
        return
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).parts
        hidden = any(part in _NOT_CODE or part.startswith(".") for part in parts[:-1])
        installed = any((folder.joinpath(*parts[:depth]) / "pyvenv.cfg").exists() for depth in range(1, len(parts)))
        test = file.name == "conftest.py" or file.name.startswith("test_") or file.name.endswith("_test.py")
        if not (hidden or installed or test) and file.is_file():
            yield file


def _import_root(folder: Path) -> Path:
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def _home(folder: Path) -> tuple[Path, str | None]:
    """Return from where a folder's modules are imported, and the package that they are in.

    Nothing else is looked for there: beside a package may lie a whole world of others.
    """
    root = _import_root(folder)
    return root, folder.relative_to(root).parts[0] if root != folder else None


class _Reader:
    """Loads modules, each once; `None` while or because it cannot be had."""

    def __init__(self, code: Code, homes: list[tuple[Path, str | None]]) -> None:
        self.code = code
        self.homes = homes
        self.own: set[Path] = set()
        self._lost: set[Path] = set()
        self.known: dict[Path, Module | None] = {}
        code.executor = Executor(self.find)

    def find(self, name: str) -> Module | None:
        """Return the code's own module of a dotted name."""
        if not name or not all(part.isidentifier() for part in name.split(".")):
            return None
        first = name.partition(".")[0]
        if first in sys.stdlib_module_names or first == "dagster":
            return None
        for root, package in self.homes:
            if package not in (None, first):
                continue
            base = root.joinpath(*name.split("."))
            for file in (base.with_suffix(".py"), base / "__init__.py"):
                if file.is_file():
                    return self.load(file)
        return None

    def load(self, file: Path) -> Module | None:
        """Return the module of a file, executed; None when it is no Python."""
        if self.known.get(file) is not None:
            return self.known[file]
        if file in self._lost:
            return None
        try:
            module = Module(self._name(file), file, _parsed(file))
        except _NotPython as problem:
            self._lose(file, Unreadable(problem.location, problem.why))
            return None
        self.known[file] = module
        (self.code.modules if file in self.own else self.code.imported).append(module)
        try:
            self.code.executor.module(module)
        except RecursionError:
            self._lose(file, Unreadable(Location(file), "nested too deeply"))
        return module

    def _lose(self, file: Path, problem: Unreadable) -> None:
        self._lost.add(file)
        if file in self.own:  # what it imports from elsewhere is not its fault
            self.code.unreadable.append(problem)

    def _name(self, file: Path) -> str:
        root = _import_root(file.parent)
        parts = file.relative_to(root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class _NotPython(Exception):
    def __init__(self, location: Location, why: str) -> None:
        super().__init__(why)
        self.location, self.why = location, why


def _parsed(file: Path) -> ast.Module:
    try:
        with file.open("rb") as stream:
            source = stream.read(_LARGEST + 1)
    except OSError as error:
        raise _NotPython(Location(file), f"cannot be read: {error.strerror}") from None
    if len(source) > _LARGEST:
        raise _NotPython(Location(file), f"larger than {_LARGEST // 1024} KiB")
    try:
        return ast.parse(source, filename=str(file))
    except SyntaxError as error:
        raise _NotPython(Location(file, error.lineno, error.offset), f"{type(error).__name__}: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise _NotPython(Location(file), str(error) or "nested too deeply") from None
