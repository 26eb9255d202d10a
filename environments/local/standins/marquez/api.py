"""Marquez' HTTP surface: which route asks for what."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from environments.local.standins.marquez import VERSION, answers
from environments.local.standins.marquez.graph import lineage
from environments.local.standins.marquez.reading_events import Refused, read_event
from environments.local.standins.marquez.recording import record
from environments.local.standins.marquez.tables import datasets, events, jobs, namespaces, runs

Answer = Callable[[Connection, Request], dict[str, Any]]
_LIMIT = 100


def _not_found(what: str, name: str) -> Refused:
    return Refused(404, {"code": 404, "message": f"{what} '{name}' not found."})


def _page(request: Request) -> tuple[int, int]:
    """Return limit and offset; raises Refused as the real server does for what is no number."""
    try:
        limit, offset = (int(request.query_params.get(k, d)) for k, d in (("limit", _LIMIT), ("offset", 0)))
    except ValueError:
        raise Refused(404, {"code": 404, "message": "HTTP 404 Not Found"}) from None
    if limit < 0:
        raise Refused(400, {"errors": ["query param limit must be greater than or equal to 0"]})
    return limit, offset


def _count(connection: Connection, table: Table, **only: str) -> int:
    return connection.execute(select(func.count()).select_from(table).filter_by(**only)).scalar_one()


def _need_namespace(connection: Connection, name: str) -> None:
    if not _count(connection, namespaces, name=name):
        raise _not_found("Namespace", name)


def list_namespaces(connection: Connection, request: Request) -> dict[str, Any]:
    limit, offset = _page(request)
    rows = connection.execute(select(namespaces).order_by(namespaces.c.name).limit(limit).offset(offset))
    return {"namespaces": [answers.namespace(row) for row in rows]}


def get_namespace(connection: Connection, request: Request) -> dict[str, Any]:
    name = request.path_params["namespace"]
    row = connection.execute(select(namespaces).filter_by(name=name)).one_or_none()
    if row is None:
        raise _not_found("Namespace", name)
    return answers.namespace(row)


def list_jobs(connection: Connection, request: Request) -> dict[str, Any]:
    limit, offset = _page(request)
    only = {"namespace": request.path_params["namespace"]} if "namespace" in request.path_params else {}
    rows = connection.execute(
        select(jobs).filter_by(**only).order_by(jobs.c.updated.desc(), jobs.c.name).limit(limit).offset(offset)
    ).all()
    shown = [answers.job(row, _runs(connection, row.namespace, row.name, 10)) for row in rows]
    return {"totalCount": _count(connection, jobs, **only), "jobs": shown}


def _runs(connection: Connection, namespace: str, job: str, limit: int, offset: int = 0) -> list[Any]:
    query = select(runs).filter_by(namespace=namespace, job=job).order_by(runs.c.created.desc(), runs.c.id)
    return list(connection.execute(query.limit(limit).offset(offset)))


def _job_row(connection: Connection, request: Request) -> Any:
    namespace, name = request.path_params["namespace"], request.path_params["job"]
    _need_namespace(connection, namespace)
    row = connection.execute(select(jobs).filter_by(namespace=namespace, name=name)).one_or_none()
    if row is None:
        raise _not_found("Job", name)
    return row


def get_job(connection: Connection, request: Request) -> dict[str, Any]:
    row = _job_row(connection, request)
    return answers.job(row, _runs(connection, row.namespace, row.name, 10))


def list_runs(connection: Connection, request: Request) -> dict[str, Any]:
    row = _job_row(connection, request)
    limit, offset = _page(request)
    shown = [answers.run(each) for each in _runs(connection, row.namespace, row.name, limit, offset)]
    return {"totalCount": _count(connection, runs, namespace=row.namespace, job=row.name), "runs": shown}


def _run_row(connection: Connection, request: Request) -> Any:
    try:
        run_id = str(uuid.UUID(request.path_params["run"]))
    except ValueError:
        raise Refused(404, {"code": 404, "message": "HTTP 404 Not Found"}) from None
    row = connection.execute(select(runs).filter_by(id=run_id)).one_or_none()
    if row is None:
        raise _not_found("Run", run_id)
    return row


def get_run(connection: Connection, request: Request) -> dict[str, Any]:
    return answers.run(_run_row(connection, request))


def run_facets(connection: Connection, request: Request) -> dict[str, Any]:
    row = _run_row(connection, request)
    if request.query_params.get("type") == "run":
        return {"runId": row.id, "facets": row.facets}
    if request.query_params.get("type") == "job":
        job = connection.execute(select(jobs).filter_by(namespace=row.namespace, name=row.job)).one()
        return {"runId": row.id, "facets": job.facets}
    raise Refused(404, {"code": 404, "message": "HTTP 404 Not Found"})


def list_datasets(connection: Connection, request: Request) -> dict[str, Any]:
    namespace = request.path_params["namespace"]
    _need_namespace(connection, namespace)
    limit, offset = _page(request)
    query = select(datasets).filter_by(namespace=namespace).order_by(datasets.c.name).limit(limit).offset(offset)
    shown = [answers.dataset(row) for row in connection.execute(query)]
    return {"totalCount": _count(connection, datasets, namespace=namespace), "datasets": shown}


def get_dataset(connection: Connection, request: Request) -> dict[str, Any]:
    namespace, name = request.path_params["namespace"], request.path_params["dataset"]
    _need_namespace(connection, namespace)
    row = connection.execute(select(datasets).filter_by(namespace=namespace, name=name)).one_or_none()
    if row is None:
        raise _not_found("Dataset", name)
    return answers.dataset(row)


def get_lineage(connection: Connection, request: Request) -> dict[str, Any]:
    try:
        depth = int(request.query_params.get("depth", "20"))
    except ValueError:
        raise Refused(404, {"code": 404, "message": "HTTP 404 Not Found"}) from None
    return lineage(connection, request.query_params.get("nodeId"), depth)


def list_events(connection: Connection, request: Request) -> dict[str, Any]:
    limit, offset = _page(request)
    rows = connection.execute(
        select(events).order_by(events.c.time.desc(), events.c.id.desc()).limit(limit).offset(offset)
    )
    return {"totalCount": _count(connection, events), "events": [row.body for row in rows]}


# Paths are matched after decoding, so that a namespace such as `polaris://x` is one value: `:path`, longest first.
_READS: tuple[tuple[str, Answer], ...] = (
    ("/namespaces", list_namespaces),
    ("/jobs", list_jobs),
    ("/jobs/runs/{run}/facets", run_facets),
    ("/jobs/runs/{run}", get_run),
    ("/events/lineage", list_events),
    ("/lineage", get_lineage),
    ("/namespaces/{namespace:path}/jobs/{job}/runs", list_runs),
    ("/namespaces/{namespace:path}/jobs/{job}", get_job),
    ("/namespaces/{namespace:path}/jobs", list_jobs),
    ("/namespaces/{namespace:path}/datasets/{dataset}", get_dataset),
    ("/namespaces/{namespace:path}/datasets", list_datasets),
    ("/namespaces/{namespace:path}", get_namespace),
)


def application(engine: Engine) -> Starlette:
    """Return the ASGI application over a database."""

    def reading(answer: Answer) -> Callable[[Request], JSONResponse]:
        def endpoint(request: Request) -> JSONResponse:
            with engine.connect() as connection:
                return JSONResponse(answer(connection, request))

        return endpoint

    async def take(request: Request) -> Response:
        event = read_event(await request.body())

        def write() -> None:
            with engine.begin() as connection:
                record(connection, event)

        await run_in_threadpool(write)
        return Response(status_code=201)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return JSONResponse(error.body, status_code=error.status)

    async def not_done(request: Request) -> Response:
        message = f"this stand-in does not do {request.method} {request.url.path}"
        return JSONResponse({"code": 501, "message": message}, status_code=501)

    # Ahead of the reads, or a namespace's path would swallow them.
    undone = ("jobs/{job}/versions", "datasets/{dataset}/versions", "datasets/{dataset}/tags", "jobs/{job}/tags")
    routes = [
        *(Route(f"/api/v1/namespaces/{{namespace:path}}/{path}", not_done) for path in undone),
        *(Route(f"/api/v1/namespaces/{{namespace:path}}/{path}/{{rest:path}}", not_done) for path in undone),
        Route("/api/v1/lineage", take, methods=["POST"]),
        Route("/api/v1/lineage/", take, methods=["POST"]),
        *(Route(f"/api/v1{path}", reading(answer), methods=["GET"]) for path, answer in _READS),
        Route("/api/v1/lineage/{rest:path}", _unknown, methods=["POST"]),
        Route("/api/v1/{rest:path}", not_done, methods=["GET", "POST", "PUT", "DELETE"]),
        Route("/{rest:path}", _unknown, methods=["GET", "POST", "PUT", "DELETE"]),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={Refused: refused},
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_log)],
    )
    app.router.redirect_slashes = False
    return app


async def _unknown(request: Request) -> Response:
    return JSONResponse({"code": 404, "message": "HTTP 404 Not Found"}, status_code=404)


async def _log(request: Request, answer_next: RequestResponseEndpoint) -> Response:
    begun = time.monotonic()
    response = await answer_next(request)
    response.headers["server"] = f"floe-standin-marquez/{VERSION}"
    spent = round((time.monotonic() - begun) * 1000)
    print(f"{request.method} {request.url.path} {response.status_code} {spent} ms", flush=True)
    return response
