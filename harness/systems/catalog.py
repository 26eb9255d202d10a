"""The catalog's client: Polaris' OAuth2, management and Iceberg REST APIs, and a PyIceberg catalog on top.

Sources: https://polaris.apache.org/ (management API), the Iceberg REST catalog specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from harness.systems.http import MakeClient, answer, plain_client

if TYPE_CHECKING:
    from pyiceberg.catalog.rest import RestCatalog

TOKENS = "/v1/oauth/tokens"
Namespace = str | Sequence[str]  # "bronze" is one level, whatever dots it has; a sequence is nested


def levels(namespace: Namespace) -> tuple[str, ...]:
    """Return the levels of a namespace; a plain string is a single one."""
    return (namespace,) if isinstance(namespace, str) else tuple(namespace)


def in_path(namespace: Namespace) -> str:
    """Return a namespace as the REST API wants it in a path: levels parted by the unit separator."""
    return quote("\x1f".join(levels(namespace)), safe="")


class CatalogClient:
    """Talks to one warehouse of a catalog.

    `uri`: the catalog API's base, `…/api/catalog`; `management`: the server's base; `health`: the base of its
    management port, None when it is not known.
    """

    def __init__(
        self,
        *,
        uri: str,
        management: str,
        warehouse: str,
        client_id: str,
        client_secret: str,
        scope: str = "PRINCIPAL_ROLE:ALL",
        health: str | None = None,
        make_client: MakeClient = plain_client,
    ) -> None:
        self.uri = uri.rstrip("/")
        self.warehouse = warehouse
        self._credential = {"client_id": client_id, "client_secret": client_secret, "scope": scope}
        self._http = make_client(self.uri)
        self._management = make_client(f"{management.rstrip('/')}/api/management/v1")
        self._health = make_client(health) if health else None

    # tokens

    def token_by_form(self) -> httpx.Response:
        """Ask for a token as OAuth2 wants it: form-encoded."""
        return self._http.post(TOKENS, data=self._grant)

    def token_by_json(self) -> httpx.Response:
        """Ask for a token with a JSON body, which Polaris refuses."""
        return self._http.post(TOKENS, json=self._grant)

    @property
    def _grant(self) -> dict[str, str]:
        return {"grant_type": "client_credentials", **self._credential}

    @cached_property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {answer(self.token_by_form())['access_token']}"}

    def _request(self, client: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
        response = client.request(method, path, headers=self._bearer, **more)
        if response.status_code == 401:  # the token has run out
            self.__dict__.pop("_bearer", None)
            response = client.request(method, path, headers=self._bearer, **more)
        return response

    # server

    def health(self) -> Any:
        """Return the answer of the management port's health check."""
        if self._health is None:
            raise LookupError("the catalog's health port is not known")
        return answer(self._health.get("/q/health"))

    def description(self) -> dict[str, Any]:
        """Return the warehouse as the management API describes it."""
        found: dict[str, Any] = answer(self._request(self._management, "GET", f"/catalogs/{self.warehouse}"))
        return found

    def config(self, warehouse: str | None = None) -> httpx.Response:
        """Ask for the configuration of a warehouse (default: the client's own)."""
        return self._request(self._http, "GET", "/v1/config", params={"warehouse": warehouse or self.warehouse})

    def grants(self, role: str) -> set[str]:
        """Return the privileges on the whole warehouse that a catalog role has."""
        path = f"/catalogs/{self.warehouse}/catalog-roles/{role}/grants"
        found = answer(self._request(self._management, "GET", path))["grants"]
        return {grant["privilege"] for grant in found if grant.get("type") == "catalog"}

    def set_grant(self, role: str, privilege: str, *, granted: bool) -> None:
        """Grant a privilege on the whole warehouse to a catalog role, or revoke it."""
        path = f"/catalogs/{self.warehouse}/catalog-roles/{role}/grants"
        body = {"grant": {"type": "catalog", "privilege": privilege}}
        answer(self._request(self._management, "PUT" if granted else "POST", path, json=body), 201, 204)

    # namespaces and tables

    @property
    def _prefix(self) -> str:
        return f"/v1/{quote(self.warehouse, safe='')}"

    def list_namespaces(self) -> httpx.Response:
        """Ask for the namespaces of the warehouse."""
        return self._request(self._http, "GET", f"{self._prefix}/namespaces")

    def namespaces(self, parent: Namespace | None = None) -> list[tuple[str, ...]]:
        """Return the namespaces of the warehouse, or those directly below a parent."""
        params = {"parent": "\x1f".join(levels(parent))} if parent else {}
        body = answer(self._request(self._http, "GET", f"{self._prefix}/namespaces", params=params))
        return sorted(tuple(name) for name in body["namespaces"])

    def namespace(self, name: Namespace) -> httpx.Response:
        """Ask for one namespace with its properties."""
        return self._request(self._http, "GET", f"{self._prefix}/namespaces/{in_path(name)}")

    def create_namespace(self, name: Namespace) -> httpx.Response:
        """Make a namespace."""
        body = {"namespace": list(levels(name))}
        return self._request(self._http, "POST", f"{self._prefix}/namespaces", json=body)

    def drop_namespace(self, name: Namespace) -> httpx.Response:
        """Drop a namespace, which must be empty."""
        return self._request(self._http, "DELETE", f"{self._prefix}/namespaces/{in_path(name)}")

    def drop_namespace_with_tables(self, name: Namespace) -> None:
        """Drop a namespace with its tables and the namespaces in it; nothing happens when it is not there."""
        if self.namespace(name).status_code == 404:
            return
        for child in self.namespaces(name):
            self.drop_namespace_with_tables(child)
        for table in self.table_names(name):
            path = f"{self._prefix}/namespaces/{in_path(name)}/tables/{quote(table, safe='')}"
            answer(self._request(self._http, "DELETE", path), 204, 404)
        answer(self.drop_namespace(name), 204, 404)

    def tables(self, name: Namespace) -> httpx.Response:
        """Ask for the tables of a namespace."""
        return self._request(self._http, "GET", f"{self._prefix}/namespaces/{in_path(name)}/tables")

    def table_names(self, name: Namespace) -> list[str]:
        """Return the names of a namespace's tables."""
        return sorted(row["name"] for row in answer(self.tables(name))["identifiers"])

    def table(self, name: Namespace, table: str) -> dict[str, Any]:
        """Return a table as the catalog loads it: `metadata-location` and `metadata`."""
        path = f"{self._prefix}/namespaces/{in_path(name)}/tables/{quote(table, safe='')}"
        loaded: dict[str, Any] = answer(self._request(self._http, "GET", path))
        return loaded

    def pyiceberg(self, **properties: str) -> RestCatalog:
        """Return a PyIceberg catalog of the warehouse; `properties` go to it as they are."""
        from pyiceberg.catalog.rest import RestCatalog

        credential = f"{self._credential['client_id']}:{self._credential['client_secret']}"
        return RestCatalog(
            "harness",
            uri=self.uri,
            warehouse=self.warehouse,
            credential=credential,
            scope=self._credential["scope"],
            **{"oauth2-server-uri": f"{self.uri}{TOKENS}", **properties},
        )
