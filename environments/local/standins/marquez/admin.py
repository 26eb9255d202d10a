"""The admin port: whether it lives, and whether its database does."""

from __future__ import annotations

import gc
import threading
import time
from typing import Any

from sqlalchemy import Engine, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from environments.local.standins.marquez import times

_TEXT = {"content-type": "text/plain;charset=iso-8859-1"}
_PLAIN = {"content-type": "text/plain"}
_PAGE = {"content-type": "text/html;charset=iso-8859-1"}
_FRESH = {"cache-control": "must-revalidate,no-cache,no-store"}


def application(engine: Engine) -> Starlette:
    """Return the admin port's application."""

    def health(_: Request) -> Response:
        database = _check(engine)
        checks = {"deadlocks": _outcome(True, 0), "postgresql": database}
        return JSONResponse(checks, 200 if database["healthy"] else 500, headers=_FRESH)

    def ping(request: Request) -> Response:
        kind = _PLAIN if request.method == "HEAD" else _TEXT  # what is not written has no charset
        return Response("pong\n", headers={**_FRESH, **kind})

    def menu(_: Request) -> Response:
        links = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("ping", "healthcheck"))
        return Response(f"<html><body><ul>{links}</ul></body></html>", media_type="text/html;charset=utf-8")

    def metrics(_: Request) -> Response:
        kinds = ("gauges", "counters", "histograms", "meters", "timers")
        return JSONResponse({"version": "4.0.0", **{kind: {} for kind in kinds}}, headers=_FRESH)

    def threads(_: Request) -> Response:
        return Response("\n".join(thread.name for thread in threading.enumerate()), headers=_PLAIN)

    def tasks(_: Request) -> Response:
        return Response("gc\nlog-level\n", headers={**_FRESH, **_TEXT})

    def collect(_: Request) -> Response:
        return Response(f"Running GC...\n{gc.collect()} objects\nDone!\n", media_type="text/plain;charset=utf-8")

    def not_done(_: Request) -> Response:
        reason = "the stand-in for Marquez does not do this: its log has one level"
        return JSONResponse({"code": 501, "message": reason}, 501)

    def nothing(_: Request, __: Exception) -> Response:
        return Response("<html><body><h2>HTTP ERROR 404 Not Found</h2></body></html>", 404, _PAGE)

    routes = [
        Route("/", menu),
        Route("/ping", ping),
        Route("/healthcheck", health),
        Route("/metrics", metrics),
        Route("/threads", threads),
        Route("/tasks", tasks),
        Route("/tasks/gc", collect, methods=["POST"]),
        Route("/tasks/log-level", not_done, methods=["POST"]),
        Route("/tasks/{task}", lambda _: Response(status_code=404), methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={404: nothing})


def _outcome(healthy: bool, duration: int, **more: str) -> dict[str, Any]:
    return {"healthy": healthy, **more, "duration": duration, "timestamp": times.shown(times.now())}


def _check(engine: Engine) -> dict[str, Any]:
    start = time.monotonic()
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
    except Exception as error:
        return _outcome(False, 0, message=f"{type(error).__name__}: the database does not answer")
    return _outcome(True, round((time.monotonic() - start) * 1000))
