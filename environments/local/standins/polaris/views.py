"""Catalog API: views, whose metadata is PyIceberg's model of them."""

from __future__ import annotations

from typing import Any

from .call import Call, Json
from .errors import not_done
from .names import catalog_named, resolve_namespace
from .paging import listed
from .tables import rename


def list_views(call: Call) -> Json:
    """GET views."""
    levels = call.levels
    with call.server.database.read() as session:
        path = resolve_namespace(
            session, catalog_named(session, call.param("prefix")), levels
        )
        call.access(session, path[0]).require("LIST_VIEWS", path)
        return listed(
            call,
            session,
            path[0],
            path[-1],
            "view",
            "identifiers",
            lambda e: {"namespace": levels, "name": e.name},
        )


def create_view(_call: Call) -> Any:
    raise not_done("views")


register_view = load_view = replace_view = drop_view = view_exists = create_view


def rename_view(call: Call) -> int:
    """POST views/rename."""
    return rename(call, "view")
