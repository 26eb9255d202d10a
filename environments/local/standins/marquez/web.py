"""HTTP: from a request to a resource and back, with JAX-RS' answers to what fits no resource."""

from __future__ import annotations

import gzip
import json
import logging
import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from environments.local.standins.marquez import VERSION, problems
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.problems import Problem
from environments.local.standins.marquez.routes import OTHERS, ROUTES, SEGMENTS, Resource

log = logging.getLogger("marquez")
_BAD_ESCAPE = re.compile("%(?![0-9a-fA-F]{2})")  # the server below the API refuses it, with a page
_WITH_BODY = ("POST", "PUT")
_PAGE = "<html><head><title>Error {0}</title></head><body><h2>HTTP ERROR {0}</h2></body></html>"


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)) + "/?")


_ROUTES = [(_pattern(f"/api/v1/{path}"), methods) for path, methods in ROUTES.items()]
_ROUTES += [(_pattern(f"/{path}"), methods) for path, methods in OTHERS.items()]


def application(engine: Engine) -> ASGIApp:
    """Return Marquez' API over a database whose tables are there.

    Requests that write do so one after another, each in one transaction that is over before it is answered.
    """
    writing = threading.Lock()

    def answer(method: str, target: Target, headers: Mapping[str, str], body: bytes) -> Response:
        resource, path = target.resource(method)
        _negotiate(headers, bool(body) and method in _WITH_BODY)
        call = Call(Session(engine), path, target.query, _text(headers, body), base=f"http://{headers.get('host', '')}")
        with call.session:
            if method == "GET":
                return _response(resource(call), call.headers)
            with writing:
                return _written(resource, call)

    def _written(resource: Resource, call: Call) -> Response:
        try:
            found = resource(call)
        except Problem as problem:
            if problem.keeps:
                call.session.commit()
            raise
        call.session.commit()
        return _response(found, call.headers)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        target = Target(scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1"))
        method = "GET" if request.method == "HEAD" else request.method
        try:
            body = await request.body()
            response = await run_in_threadpool(answer, method, target, request.headers, body)
        except Problem as problem:
            response = _problem(problem)
        except Exception:
            log.exception("%s %s failed", request.method, target.path)
            response = _problem(problems.failed())
        response.headers["server"] = f"floe-standin-marquez/{VERSION}"
        log.info("%s %s %d", request.method, target.path, response.status_code)
        await response(scope, receive, send)

    return app


class _Answered(Problem):
    """Ends a request with a response that is no problem's."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code, None)
        self.response = response


class Target:
    """What a request asks for."""

    def __init__(self, path: str, query: str) -> None:
        self.path = path.partition("?")[0]
        self.query = parse_qsl(query, keep_blank_values=True)

    def resource(self, method: str) -> tuple[Resource, dict[str, str]]:
        """Return the resource and what the path names; raises Problem: 404, 405, or the answer to OPTIONS."""
        if _BAD_ESCAPE.search(self.path):
            raise Problem(400, None)
        for pattern, methods in _ROUTES:
            found = pattern.fullmatch(self.path)
            path = {} if found is None else {key: _decoded(value) for key, value in found.groupdict().items()}
            if found is None or not all(
                re.fullmatch(SEGMENTS.get(key, r"(?s).*\S.*"), one) for key, one in path.items()
            ):
                continue
            if method in methods:
                return methods[method], path
            allowed = {*methods, "OPTIONS"}
            if method == "OPTIONS":
                allow = ",".join(sorted(allowed | {"HEAD"}))
                raise _Answered(Response(allow.replace(",", ", "), 200, {"allow": allow, "content-type": "text/plain"}))
            if method == "TRACE":
                raise _Answered(Response(status_code=405))
            refused = _problem(problems.plain(405, "HTTP 405 Method Not Allowed"))
            refused.headers["allow"] = ",".join(sorted(allowed))
            raise _Answered(refused)
        raise problems.no_route()


def _decoded(segment: str) -> str:
    return unquote_to_bytes(segment).decode("utf-8", "replace")


def _negotiate(headers: Mapping[str, str], has_body: bool) -> None:
    ranges = [one.partition(";")[0].strip().lower() for one in headers.get("accept", "*/*").split(",")]
    if has_body and headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise problems.plain(415, "HTTP 415 Unsupported Media Type")
    if not {"*/*", "application/*", "application/json"} & set(ranges):
        raise problems.plain(406, "HTTP 406 Not Acceptable")


def _text(headers: Mapping[str, str], body: bytes) -> str:
    if headers.get("content-encoding", "").lower() in ("gzip", "x-gzip"):
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError):
            raise problems.failed() from None
    return body.decode("utf-8", "replace")


def _response(found: Any, headers: dict[str, str]) -> Response:
    status, body = found if isinstance(found, tuple) else (200, found)
    if body is None:
        return Response(status_code=status, headers=headers)
    return Response(_json(body), status, headers, "application/json")


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _problem(problem: Problem) -> Response:
    if isinstance(problem, _Answered):
        return problem.response
    if problem.body is None:
        page = _PAGE.format(problem.status)
        return Response(page, problem.status, {"content-type": "text/html;charset=iso-8859-1"})
    body = problem.body.encode() if isinstance(problem.body, str) else _json(problem.body)
    return Response(body, problem.status, media_type="application/json")
