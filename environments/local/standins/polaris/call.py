"""One request as a handler sees it: its parameters decoded, its body read, its caller known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sqlalchemy.orm import Session
from starlette.requests import Request

from environments.local.standins.json_text import first_value

from .access import Access, Caller
from .entities import Database, Entity
from .errors import Empty, Refusal, bad_json
from .settings import Settings
from .tokens import Tokens
from .vending import Vendor

Json = dict[str, Any]


@dataclass(frozen=True)
class Server:
    """What every request shares."""

    settings: Settings
    database: Database
    tokens: Tokens
    vendor: Vendor


@dataclass
class Call:
    """One authenticated request."""

    server: Server
    request: Request
    content: bytes
    caller: Caller

    def param(self, name: str) -> str:
        """Return a decoded segment of the path."""
        return unquote(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        """Return a query parameter."""
        return self.request.query_params.get(name)

    def flag(self, name: str) -> bool:
        """Return a query parameter that says true or false."""
        return (self.query(name) or "").lower() == "true"

    def header(self, name: str) -> str | None:
        """Return a header."""
        return self.request.headers.get(name)

    @property
    def levels(self) -> list[str]:
        """The levels of the namespace in the path; the unit separator stands between them."""
        return split_namespace(self.param("namespace"))

    def body(self, null_message: str = "the request is null") -> Json:
        """Return the JSON object that was sent.

        As the server's reader: what stands behind the first value is ignored; a missing body or `null` is a
        NullPointerException with `null_message` (500), no JSON is 400, another kind of value 400 without a body.
        """
        value = read_json(self.content)
        if value is None:
            raise Refusal("NullPointerException", null_message)
        if not isinstance(value, dict):
            raise Empty(400)
        return value

    def access(self, session: Session, catalog: Entity | None = None) -> Access:
        """Return what the caller may do in a catalog, or in the service."""
        return Access(session, self.caller, catalog.id if catalog else None)


def read_json(content: bytes) -> Any:
    """Return the first JSON value of a body, None when there is none; raises Refusal when it is not JSON."""
    try:
        text = content.decode("utf-8-sig").lstrip()
        return first_value(text)[0] if text else None
    except ValueError:
        raise bad_json() from None


def split_namespace(name: str) -> list[str]:
    """Return the levels of a namespace as a path or query names it."""
    if "\0" in name:
        raise Refusal("IllegalArgumentException", "Cannot create a namespace with the null-byte character")
    return name.split("\x1f")


def texts(properties: Any) -> dict[str, str]:
    """Return properties as the server's JSON binding does: scalars become strings; 400 for others."""
    if properties is None:
        return {}
    if not isinstance(properties, dict) or any(isinstance(v, (dict, list)) for v in properties.values()):
        raise Empty(400)
    return {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in properties.items() if v is not None}


def objects(given: Any) -> list[Json]:
    """Return a list of objects, none when it is missing; 400 for anything else."""
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise bad_json()
    return given


def whole_number(value: Any, null_message: str) -> int:
    """Return a version number, also one sent as a string."""
    if value is None:
        raise Refusal("NullPointerException", null_message)
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        return int(value)
    raise Empty(400)


def entity_name(value: Any, where: str) -> str:
    """Return a management entity's name; the server's bean validation is what refuses it."""
    problem = None
    if value is None:
        problem = "must not be null"
    elif not isinstance(value, str):
        raise Empty(400)
    elif not 1 <= len(value) <= 256:
        problem = "size must be between 1 and 256"
    elif value.lstrip().lower().startswith("system$"):
        problem = r'must match "^(?!\s*[sS][yY][sS][tT][eE][mM]\$).*$"'
    if problem:
        raise Refusal("ResteasyReactiveViolationException", f"Invalid value: {where}.name: {problem}")
    return str(value)


def check_version(entity: Entity, given: Any, kind: str) -> None:
    """Refuse an update that was made from another version of the entity (409)."""
    request = "Catalog" if kind == "Catalog" else kind
    wanted = whole_number(
        given,
        'Cannot invoke "java.lang.Integer.intValue()" because the return value of '
        f'"org.apache.polaris.core.admin.model.Update{request}Request.getCurrentEntityVersion()" is null',
    )
    if wanted != entity.version:
        raise Refusal(
            "CommitConflictException",
            f"Failed to update {kind}; currentEntityVersion '{entity.version}', expected '{wanted}'",
        )
