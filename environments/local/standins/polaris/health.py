"""The management port: health and metrics, without authentication."""

from __future__ import annotations

import json

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from .entities import Database, alive

_DATABASE = "Database connections health check"


def application(database: Database) -> ASGIApp:
    """Return the management port's ASGI application."""

    async def ready(_request: Request) -> Response:
        try:
            up = await run_in_threadpool(alive, database)
        except SQLAlchemyError:
            up = False
        status = "UP" if up else "DOWN"
        return _health(200 if up else 503, status, [{"name": _DATABASE, "status": status}])

    async def live(_request: Request) -> Response:
        return _health(200, "UP", [])

    async def metrics(_request: Request) -> Response:
        media = "application/openmetrics-text; version=1.0.0; charset=utf-8"
        return Response("# TYPE standin gauge\nstandin 1.0\n# EOF\n", headers={"content-type": media})

    checks = {"": ready, "/ready": ready, "/live": live, "/started": live, "/well": live}
    routes = [Route(f"/q/health{path}", check) for path, check in checks.items()]
    return Starlette(routes=[*routes, Route("/q/metrics", metrics)], exception_handlers={HTTPException: _missing})


def _health(code: int, status: str, checks: list[dict[str, str]]) -> Response:
    body = json.dumps({"status": status, "checks": checks}, indent=4)
    return Response(body, code, {"content-type": "application/json; charset=UTF-8"})


async def _missing(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    page = "<html><body><h1>Resource not found</h1></body></html>"
    return Response(page, error.status_code, {"content-type": "text/html; charset=utf-8"})
