"""The mistakes of a platform.yaml: one before its place in the file is known, and all of a file together."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.errors import Location, PlatformError

Path = tuple[str | int, ...]

READABLE = "platform.readable"
CONTRACTS = {
    READABLE: "The file is there, is UTF-8, and is one YAML mapping without keys twice.",
    "platform.well-formed": "Every key is known, and its value is of the right kind.",
    "platform.layers-whole": "Every layer has all of its keys, is called as its key, and has a namespace to itself.",
    "platform.references-resolve": "Every storage_ref and catalog_ref names what is declared; all layers one catalog.",
    "platform.namespaces-well-formed": "Namespaces are simple or nested, and do not start with the warehouse.",
    "platform.secrets-referenced": "Secrets are referenced by name and never written out.",
    "platform.telemetry-has-endpoint": "What is switched on has an endpoint: a client without one is silent.",
    "platform.vending-possible": "Keys are vended only where the store's STS can be asked.",
}

# Keys whose value is a secret, wherever they stand; `secret_ref` and `secret_backend` are not among them.
_SECRET_KEY = re.compile(
    r"(?:^|[_.-])(?:password|passwd|client[_-]?secret|secret[_-]?(?:access[_-]?)?key|private[_-]?key|api[_-]?key"
    r"|(?:access|refresh|session|bearer)[_-]?token)$",
    re.IGNORECASE,
)
_REFERENCES = frozenset({"client_id", "client_secret", "secret_ref"})  # where somebody may have written the secret
_LOGIN_IN_URL = re.compile(r"(://)[^/@\s]*:[^/@\s]*@")
_SHOWN = 80  # characters


@dataclass(frozen=True)
class Problem:
    """What is wrong at a key path, and what is allowed there; `meant`: the key that a misspelt one stands for."""

    path: Path
    what: str
    expected: str | None = None
    actual: str | None = None
    next_step: str | None = None
    meant: Path | None = None
    contract: str = "platform.well-formed"


class Mistake(PlatformError):
    """One mistake of a file, with its place and the contract that it breaks; `str()` is the whole of it."""

    def __init__(self, problem: Problem, location: Location) -> None:
        super().__init__(
            problem.what,
            expected=problem.expected,
            actual=problem.actual,
            next_step=problem.next_step,
            location=location,
        )
        self.contract = problem.contract


class PlatformErrors(PlatformError):
    """All mistakes of one file, in the order in which they stand there; `problems` has each."""

    def __init__(self, problems: Sequence[Mistake]) -> None:
        super().__init__(problems[0].heading, location=problems[0].location)
        self.problems = tuple(problems)

    @property
    def unreadable(self) -> bool:
        """True when the file could not be read at all, so that no other contract was looked at."""
        return any(problem.contract == READABLE for problem in self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def names_a_secret(key: object) -> bool:
    """Return True for a key whose value is a secret by its name."""
    return bool(_SECRET_KEY.search(str(key)))


def may_be_secret(path: Path) -> bool:
    """Return True where a secret belongs, or was written instead of its name."""
    return any(part in _REFERENCES or names_a_secret(part) for part in path)


def has_login(text: str) -> bool:
    """Return True for a URL that has a password in it."""
    return bool(_LOGIN_IN_URL.search(text))


def shown(path: Path, value: object) -> str | None:
    """Return a value as an error may show it, with its type; None where it may be a secret."""
    if may_be_secret(path):
        return None
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else repr(value)
    text = _LOGIN_IN_URL.sub(r"\1…@", text)
    text = f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
    return f"{text!r}" if isinstance(value, str) else f"{text} ({type(value).__name__})"


def nearest(name: object, allowed: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the name that is nearest, None where none is near; `cutoff` 1.0: none but the same."""
    return next(iter(difflib.get_close_matches(str(name), list(allowed), n=1, cutoff=cutoff)), None)


def did_you_mean(name: object, allowed: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the name that is nearest, or nothing."""
    near = nearest(name, allowed)
    return f"; did you mean {near!r}?" if near else ""


def one_of(allowed: Iterable[str]) -> str:
    """Return the names that are allowed, in words."""
    names = list(allowed)
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0] if names else "none: nothing is declared"
