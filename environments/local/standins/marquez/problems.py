"""What the real server answers when something is wrong."""

from __future__ import annotations

import secrets
from typing import Any


class Problem(Exception):
    """Ends a request with this status and JSON body; a text is sent as it is, None as an empty HTML page.

    What was written before is undone, unless `keeps`.
    """

    def __init__(self, status: int, body: dict[str, Any] | str | None, *, keeps: bool = False) -> None:
        super().__init__(str(body))
        self.status, self.body, self.keeps = status, body, keeps


def plain(status: int, message: str) -> Problem:
    """Return a problem with a code and a message."""
    return Problem(status, {"code": status, "message": message})


def not_found(what: str, name: str, more: str = "") -> Problem:
    """Return 404 for a thing that is not there."""
    return plain(404, f"{what} '{name}' not found{more}.")


def no_route() -> Problem:
    """Return 404 as for a path that does not exist: also for parameters that cannot be read."""
    return plain(404, "HTTP 404 Not Found")


def invalid(status: int, *errors: str) -> Problem:
    """Return what bean validation says: 400 for parameters, 422 for bodies."""
    return Problem(status, {"errors": list(errors)})


def failed() -> Problem:
    """Return 500 as for an exception that the server did not expect."""
    number = secrets.token_hex(8)
    return Problem(500, {"code": 500, "message": f"There was an error processing your request. "
                                                 f"It has been logged (ID {number})."})  # fmt: skip


def page(*, keeps: bool = False) -> Problem:
    """Return the 500 that comes as an HTML page."""
    return Problem(500, None, keeps=keeps)


def malformed(message: str) -> Problem:
    """Return what Jackson's errors come as: status 500, though the body says 400."""
    return Problem(500, {"code": 400, "message": message})
