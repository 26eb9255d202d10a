"""Lists in pages, where the catalog switches them on; else page parameters are ignored."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable

from sqlalchemy.orm import Session

from .call import Call, Json
from .entities import Entity, children
from .errors import Refusal
from .locations import flag


def listed(
    call: Call,
    session: Session,
    catalog: Entity,
    parent: Entity,
    kind: str,
    field: str,
    show: Callable[[Entity], object],
) -> Json:
    """Return the entities of a kind directly below a parent, as one page or all of them."""
    asked = call.query("pageSize")
    if asked is not None and not asked.lstrip("-").isdigit():
        raise Refusal("NotFoundException", "HTTP 404 Not Found")  # how the server answers a parameter it cannot read
    token, size, after = call.query("pageToken"), int(asked) if asked else None, 0
    if not flag(catalog, "list-pagination-enabled"):
        token, size = None, None
    if token:
        after, kept = _read(token)
        size = kept if size is None else size
    if size is not None and size < 0:
        raise Refusal("IllegalArgumentException", "Invalid page size")
    if size == 0:
        return {field: [], "next-page-token": None}
    found = children(session, parent.id, kind, after=after, limit=None if size is None else size + 1)
    page = found[:size]
    more = len(found) > len(page)
    return {field: [show(e) for e in page], "next-page-token": _token(page[-1].id, size) if more else None}


def _token(last: int, size: int | None) -> str:
    return base64.urlsafe_b64encode(json.dumps([last, size]).encode()).decode().rstrip("=")


def _read(token: str) -> tuple[int, int | None]:
    content = b""
    try:
        content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        last, size = json.loads(content)
        return int(last), size
    except (ValueError, TypeError, binascii.Error):
        first = f"0x{content[0]:x}" if content else "0x0"
        raise Refusal(
            "StreamReadException",
            f"Input does not start with Smile format header (first byte = {first}) and parser has REQUIRE_HEADER "
            f"enabled: can not parse\n at [Source: (byte[])[{len(content)} bytes]; byte offset: #0]",
        ) from None
