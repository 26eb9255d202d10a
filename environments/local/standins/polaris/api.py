"""The routes, as a table, and what stands between a route and its handler: media types, bearer tokens, errors."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from . import catalogs, commits, generic, grants, namespaces, principals, tables, views
from .call import Call, Server
from .edge import Edge, check_realm
from .errors import Empty, OAuthRefusal, Refusal, not_done
from .tokens import read_form

M, C, P = "/api/management/v1", "/api/catalog/v1", "/api/catalog/polaris/v1"
_CATALOG, _ROLE = f"{M}/catalogs/{{catalog}}", f"{M}/principal-roles/{{role}}"
_PRINCIPAL, _CATALOG_ROLE = (f"{M}/principals/{{principal}}", f"{M}/catalogs/{{catalog}}/catalog-roles/{{role}}")
_NAMESPACES, _NAMESPACE = (f"{C}/{{prefix}}/namespaces", f"{C}/{{prefix}}/namespaces/{{namespace}}")
_TABLE, _VIEW = f"{_NAMESPACE}/tables/{{table}}", f"{_NAMESPACE}/views/{{view}}"
_GENERIC, _POLICIES = (f"{P}/{{prefix}}/namespaces/{{namespace}}/{kind}" for kind in ("generic-tables", "policies"))

Handler = Callable[[Call], Any]

# HEAD stands before GET, which else answers it.
ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", f"{M}/catalogs", catalogs.list_catalogs),
    ("POST", f"{M}/catalogs", catalogs.create_catalog),
    ("GET", _CATALOG, catalogs.get_catalog),
    ("PUT", _CATALOG, catalogs.update_catalog),
    ("DELETE", _CATALOG, catalogs.delete_catalog),
    ("GET", f"{_CATALOG}/catalog-roles", grants.list_catalog_roles),
    ("POST", f"{_CATALOG}/catalog-roles", grants.create_catalog_role),
    ("GET", _CATALOG_ROLE, grants.get_catalog_role),
    ("PUT", _CATALOG_ROLE, grants.update_catalog_role),
    ("DELETE", _CATALOG_ROLE, grants.delete_catalog_role),
    ("GET", f"{_CATALOG_ROLE}/principal-roles", grants.principal_roles_of),
    ("GET", f"{_CATALOG_ROLE}/grants", grants.list_grants),
    ("PUT", f"{_CATALOG_ROLE}/grants", grants.add_grant),
    ("POST", f"{_CATALOG_ROLE}/grants", grants.revoke_grant),
    ("GET", f"{M}/principals", principals.list_principals),
    ("POST", f"{M}/principals", principals.create_principal),
    ("GET", _PRINCIPAL, principals.get_principal),
    ("PUT", _PRINCIPAL, principals.update_principal),
    ("DELETE", _PRINCIPAL, principals.delete_principal),
    ("POST", f"{_PRINCIPAL}/rotate", principals.rotate),
    ("POST", f"{_PRINCIPAL}/reset", principals.reset),
    ("GET", f"{_PRINCIPAL}/principal-roles", principals.roles_of),
    ("PUT", f"{_PRINCIPAL}/principal-roles", grants.assign_role),
    ("DELETE", f"{_PRINCIPAL}/principal-roles/{{role}}", grants.revoke_role),
    ("GET", f"{M}/principal-roles", principals.list_roles),
    ("POST", f"{M}/principal-roles", principals.create_role),
    ("GET", _ROLE, principals.get_role),
    ("PUT", _ROLE, principals.update_role),
    ("DELETE", _ROLE, principals.delete_role),
    ("GET", f"{_ROLE}/principals", principals.principals_of),
    ("GET", f"{_ROLE}/catalog-roles/{{catalog}}", grants.catalog_roles_of),
    ("PUT", f"{_ROLE}/catalog-roles/{{catalog}}", grants.assign_catalog_role),
    ("DELETE", f"{_ROLE}/catalog-roles/{{catalog}}/{{catalogrole}}", grants.revoke_catalog_role),
    ("GET", f"{C}/config", namespaces.get_config),
    ("GET", _NAMESPACES, namespaces.list_namespaces),
    ("POST", _NAMESPACES, namespaces.create_namespace),
    ("HEAD", _NAMESPACE, namespaces.namespace_exists),
    ("GET", _NAMESPACE, namespaces.load_namespace),
    ("DELETE", _NAMESPACE, namespaces.drop_namespace),
    ("POST", f"{_NAMESPACE}/properties", namespaces.update_properties),
    ("GET", f"{_NAMESPACE}/tables", tables.list_tables),
    ("POST", f"{_NAMESPACE}/tables", tables.create_table),
    ("POST", f"{_NAMESPACE}/register", tables.register_table),
    ("HEAD", _TABLE, tables.table_exists),
    ("GET", _TABLE, tables.load_table),
    ("POST", _TABLE, commits.commit_table),
    ("DELETE", _TABLE, tables.drop_table),
    ("GET", f"{_TABLE}/credentials", tables.load_credentials),
    ("POST", f"{_TABLE}/metrics", tables.report_metrics),
    ("POST", f"{C}/{{prefix}}/tables/rename", tables.rename_table),
    ("POST", f"{C}/{{prefix}}/transactions/commit", commits.commit_transaction),
    ("GET", f"{_NAMESPACE}/views", views.list_views),
    ("POST", f"{_NAMESPACE}/views", views.create_view),
    ("POST", f"{_NAMESPACE}/register-view", views.register_view),
    ("HEAD", _VIEW, views.view_exists),
    ("GET", _VIEW, views.load_view),
    ("POST", _VIEW, views.replace_view),
    ("DELETE", _VIEW, views.drop_view),
    ("POST", f"{C}/{{prefix}}/views/rename", views.rename_view),
    ("GET", _GENERIC, generic.list_generic),
    ("POST", _GENERIC, generic.create_generic),
    ("GET", f"{_GENERIC}/{{name}}", generic.load_generic),
    ("DELETE", f"{_GENERIC}/{{name}}", generic.drop_generic),
    ("GET", _POLICIES, generic.list_policies),
    ("POST", _POLICIES, generic.create_policy),
    ("GET", f"{_POLICIES}/{{name}}", generic.load_policy),
    ("DELETE", f"{_POLICIES}/{{name}}", generic.drop_policy),
    ("PUT", f"{_POLICIES}/{{name}}", generic.not_done_yet),
    ("PUT", f"{_POLICIES}/{{name}}/mappings", generic.not_done_yet),
    ("POST", f"{_POLICIES}/{{name}}/mappings", generic.not_done_yet),
    ("GET", f"{P}/{{prefix}}/applicable-policies", generic.not_done_yet),
]

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"

log = logging.getLogger("polaris")


def application(server: Server) -> Edge:
    """Return the server as an ASGI application."""
    routes = [Route(path, _endpoint(server, handler), methods=[method]) for method, path, handler in ROUTES]
    routes.append(Route(f"{C}/oauth/tokens", _token_endpoint(server), methods=["POST"]))
    return Edge(Starlette(routes=routes, exception_handlers={HTTPException: _no_route}))


def _endpoint(server: Server, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        def answer(content: bytes) -> Response:
            check_realm(request.headers.get("polaris-realm"))
            _check_media(request, _JSON)
            with server.database.read() as session:
                caller = server.tokens.caller(session, request.headers.get("authorization", ""))
            return _response(handler(Call(server, request, content, caller)))

        return await _answered(request, answer)

    return endpoint


def _token_endpoint(server: Server) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        def answer(content: bytes) -> Response:
            check_realm(request.headers.get("polaris-realm"))
            _check_media(request, _FORM)
            form = read_form(content) if request.headers.get("content-type") else {}
            with server.database.read() as session:
                return _response(server.tokens.answer(session, form, request.headers.get("authorization", "")))

        return await _answered(request, answer)

    return endpoint


async def _answered(request: Request, answer: Callable[[bytes], Response]) -> Response:
    try:
        return await run_in_threadpool(answer, await request.body())
    except Refusal as refusal:
        return _json(refusal.status, refusal.body(), _JSON)
    except OAuthRefusal as refusal:
        body = {"error": refusal.error, "error_description": refusal.description, "error_uri": None}
        return _json(refusal.status, body)
    except Empty as empty:
        return Response(status_code=empty.status, headers=empty.headers)
    except ClientDisconnect:
        return Response(status_code=400)
    except NotImplementedError as error:  # PyIceberg's own
        undone = not_done(str(error) or "what PyIceberg does not do")
        return _json(undone.status, undone.body(), _JSON)
    except Exception as error:  # a mistake of the stand-in's own: told as one, never as an answer of the real server
        log.exception("%s %s failed", request.method, request.url.path)
        message = f"The Polaris stand-in failed: {type(error).__name__}"
        return _json(500, Refusal("StandInFailure", message, 500).body(), _JSON)


def _check_media(request: Request, taken: str) -> None:
    accept = request.headers.get("accept", "*/*")
    kinds = {part.partition(";")[0].strip() for part in accept.split(",")}
    if not kinds & {"*/*", "application/*", _JSON, ""}:
        raise Refusal("NotAcceptableException", "The accept header value did not match the value in @Produces")
    sent = request.headers.get("content-type")
    if sent is None or request.method in ("GET", "HEAD", "DELETE"):
        return
    kind = sent.partition(";")[0].strip().lower()
    if "/" not in kind:
        raise Refusal("NotSupportedException", "The content-type header value did not correspond to a valid media type")
    if kind != taken:
        raise Refusal("NotSupportedException", "The content-type header value did not match the value in @Consumes")


def _response(result: Any) -> Response:
    """Turn what a handler returns into a response: a status, a body, or (status, body[, headers])."""
    if isinstance(result, int):
        return Response(status_code=result)
    if isinstance(result, dict):
        return _json(200, result)
    status, body, *headers = result
    response = _json(status, body)
    response.headers.update(headers[0] if headers else {})
    return response


def _json(status: int, body: object, media: str = f"{_JSON};charset=UTF-8") -> Response:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(content, status, {"content-type": media})


async def _no_route(request: Request, error: Exception) -> Response:
    """Answer what no route takes: OPTIONS, 405, and 404 in the words of the part of the server that was asked."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        path = request.scope["path"]
        methods = {m for route in request.app.routes if route.path_regex.match(path) for m in route.methods}
        if request.method == "OPTIONS":
            return Response(headers={"allow": ", ".join(sorted(methods | {"OPTIONS"}))})
        refusal = Refusal("NotAllowedException", "HTTP 405 Method Not Allowed")
    else:
        below = request.scope["path"].startswith((f"{C}/", f"{P}/"))
        message = "Unable to find matching target resource method" if below else "HTTP 404 Not Found"
        refusal = Refusal("NotFoundException", message)
    return _json(refusal.status, refusal.body(), _JSON)
