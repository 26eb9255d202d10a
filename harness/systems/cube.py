"""Cube's client: its REST API (https://cube.dev/docs/product/apis-integrations/rest-api)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx
import jwt

from harness.systems.http import MakeClient, answer, plain_client, trace_headers
from harness.wait import NotYet, wait_for

API = "/cubejs-api/v1"
Query = Mapping[str, Any]
Row = Mapping[str, Any]


def signed(secret: str, layers: Mapping[str, str] | None = None, *, lifetime: float = 600.0) -> str:
    """Return a token for Cube, signed with HS256 and valid for `lifetime` seconds.

    `layers`: layer -> namespace that the request reads instead of the platform's own.
    """
    claims: dict[str, Any] = {"exp": int(time.time() + lifetime)}
    if layers:
        claims["layers"] = dict(layers)
    return jwt.encode(claims, secret, algorithm="HS256")


class Cube:
    """Talks to one Cube server; `secret` signs the tokens."""

    def __init__(self, url: str, *, secret: str, make_client: MakeClient = plain_client) -> None:
        self._secret = secret
        self._http = make_client(url, timeout=60.0)

    def _headers(self, layers: Mapping[str, str] | None = None, traceparent: str | None = None) -> dict[str, str]:
        return {"Authorization": signed(self._secret, layers), **trace_headers(traceparent)}

    def meta(self) -> dict[str, set[str]]:
        """Return the public cubes with the names of their members (`cube.member`)."""
        body = answer(self._http.get(f"{API}/meta", headers=self._headers()))
        kinds = ("measures", "dimensions", "segments")
        return {
            cube["name"]: {member["name"] for kind in kinds for member in cube.get(kind, ())} for cube in body["cubes"]
        }

    def post(
        self,
        query: Query,
        *,
        layers: Mapping[str, str] | None = None,
        traceparent: str | None = None,
        token: str | None = None,
    ) -> httpx.Response:
        """Send a query once, and return the answer as it comes; `token` replaces the signed one, "" leaves it out."""
        headers = self._headers(layers, traceparent)
        if token is not None:
            headers["Authorization"] = token
        if not headers["Authorization"]:
            del headers["Authorization"]
        return self._http.post(f"{API}/load", json={"query": dict(query)}, headers=headers)

    def load(
        self,
        query: Query,
        *,
        layers: Mapping[str, str] | None = None,
        traceparent: str | None = None,
        limit: float = 60.0,
    ) -> list[Row]:
        """Return the rows of a query; asks again, `limit` seconds at most, while Cube says `Continue wait`."""

        def rows() -> list[Row]:
            body = answer(self.post(query, layers=layers, traceparent=traceparent))
            if body.get("error"):
                raise NotYet(str(body["error"]))
            found: list[Row] = body["data"]
            return found

        return wait_for(f"Cube has answered {dict(query)}", rows, limit)
