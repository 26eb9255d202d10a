"""What the server decides before any route is asked: limits, bad escapes, realms; and a line of log a request."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import Refusal

SERVER = b"floe-standin-polaris/1.7.0"
LINE_LIMIT, HEADER_LIMIT, BODY_LIMIT = (4096, 20 * 1024, 10240 * 1024)  # bytes; Quarkus' defaults
_BAD_ESCAPE = re.compile(rb"%(?![0-9a-fA-F]{2})")
_SLASHES = re.compile(r"//+")

log = logging.getLogger("polaris")


class Edge:
    """ASGI: refuse what is too long or malformed, keep the path's escapes for the routes, and log the request.

    Routes see the raw path without doubled and trailing slashes, so that `a%2Fb` stays one segment.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"server", SERVER))
            await send(message)

        refused = _refused(scope)
        if refused:
            await answer({"type": "http.response.start", "status": refused, "headers": [(b"content-length", b"0")]})
            await answer({"type": "http.response.body", "body": b""})
        else:
            await self._app(_with_raw_path(scope), receive, answer)
        elapsed = (time.perf_counter() - started) * 1000
        log.info("%s %s %d %.1f ms", scope["method"], scope["raw_path"].decode("latin-1")[:300], status, elapsed)


def _refused(scope: Scope) -> int:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    if len(scope["raw_path"]) + len(scope["query_string"]) > LINE_LIMIT:
        return 414
    if sum(len(name) + len(value) for name, value in headers) > HEADER_LIMIT:
        return 431
    if length.isdigit() and int(length) > BODY_LIMIT:
        return 413
    return 400 if _BAD_ESCAPE.search(scope["raw_path"]) else 0


def _with_raw_path(scope: Scope) -> dict[str, Any]:
    path = _SLASHES.sub("/", scope["raw_path"].decode("latin-1"))
    return {**scope, "path": path.rstrip("/") or "/"}


def check_realm(realm: str | None) -> None:
    """Refuse a realm that is not the one there is."""
    if realm not in (None, "POLARIS"):
        raise Refusal("MissingOrInvalidRealm", "Missing or invalid realm")
