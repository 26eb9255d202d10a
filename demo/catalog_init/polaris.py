"""The catalog in Polaris, over its management and catalog API.

Requests and answers as Apache Polaris 1.7 has them: https://polaris.apache.org/releases/1.7.0/
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from demo.settings import Layer, Settings

PATIENCE = 60.0  # seconds for a server that starts
_ROLE = "catalog_admin"  # Polaris makes it with each catalog and gives it to the service's administrators


class Refused(Exception):
    """The catalog answered something else than what was asked for."""


class _NotYet(Exception):
    """The catalog may answer later."""


class Polaris:
    """One session as the platform's principal; closes with the `with` block."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = httpx.Client(base_url=settings.catalog.uri.removesuffix("/api/catalog"), timeout=30)

    def __enter__(self) -> Polaris:
        self._http.headers["authorization"] = f"Bearer {self._token()}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def ensure_catalog(self) -> tuple[str, bool]:
        """Make the catalog, or bring it up to date; return the fact and whether anything changed."""
        name, wanted = self._settings.catalog.warehouse, self._catalog()
        fact = f"catalog {name}"
        path = f"/api/management/v1/catalogs/{quote(name, safe='')}"
        found = self._get(path)
        if found is None:
            self._send("POST", "/api/management/v1/catalogs", {"catalog": wanted})
            return fact, True
        storage = found["storageConfigInfo"]
        if _agrees(wanted["storageConfigInfo"], storage) and _agrees(wanted["properties"], found["properties"]):
            return fact, False
        update = {
            "currentEntityVersion": found["entityVersion"],
            "properties": found["properties"] | wanted["properties"],
            "storageConfigInfo": wanted["storageConfigInfo"],
        }
        self._send("PUT", path, update)
        return fact, True

    def ensure_grant(self, privilege: str) -> tuple[str, bool]:
        """Let the catalog's administrators do what the privilege says; return the fact and whether it was made."""
        name = self._settings.catalog.warehouse
        path = f"/api/management/v1/catalogs/{quote(name, safe='')}/catalog-roles/{_ROLE}/grants"
        grants = (self._get(path) or {"grants": []})["grants"]
        there = any(grant["type"] == "catalog" and grant["privilege"] == privilege for grant in grants)
        if not there:
            self._send("PUT", path, {"grant": {"type": "catalog", "privilege": privilege}})
        return f"grant of {privilege} to {_ROLE}", not there

    def ensure_namespace(self, layer: Layer) -> Iterator[tuple[str, bool]]:
        """Make the layer's namespace at its location, its parents first; yield each fact and whether it was made.

        Raises Refused when it is there at another location: tables may lie in it.
        """
        levels = layer.namespace.split(".")
        root = f"/api/catalog/v1/{quote(self._settings.catalog.warehouse, safe='')}/namespaces"
        for depth in range(1, len(levels) + 1):
            parts = levels[:depth]
            location = f"s3://{layer.bucket}/{'/'.join(parts)}/"
            fact = f"namespace {'.'.join(parts)} at {location}"
            found = self._get(f"{root}/{quote(chr(0x1F).join(parts), safe='')}")
            if found is None:
                self._send("POST", root, {"namespace": parts, "properties": {"location": location}})
            elif found["properties"].get("location", "").rstrip("/") != location.rstrip("/"):
                raise Refused(f"{fact}: it is there, but at {found['properties'].get('location')}")
            yield fact, found is None

    def _catalog(self) -> dict[str, Any]:
        settings, store = self._settings, self._settings.store
        buckets = sorted({f"s3://{layer.bucket}/" for layer in settings.layers.values()})
        storage = {
            "storageType": "S3",
            "allowedLocations": buckets,
            "endpoint": store.endpoint,
            "stsEndpoint": store.endpoint,
            "pathStyleAccess": store.path_style,
            "region": store.region,
        }
        # An absent role is not an empty one: Polaris refuses an empty ARN.
        if settings.catalog.role_arn:
            storage["roleArn"] = settings.catalog.role_arn
        if settings.catalog.sts_unavailable:
            storage["stsUnavailable"] = True
        return {
            "type": "INTERNAL",
            "name": settings.catalog.warehouse,
            "properties": {
                "default-base-location": buckets[0],
                # A bucket a layer: a namespace may say where it lies.
                "polaris.config.namespace-custom-location.enabled": "true",
            },
            "storageConfigInfo": storage,
        }

    def _token(self) -> str:
        catalog = self._settings.catalog
        # RFC 6749, 4.4.2: a form. Polaris answers JSON with 415.
        form = {
            "grant_type": "client_credentials",
            "client_id": catalog.client_id,
            "client_secret": catalog.client_secret,
            "scope": catalog.scope,
        }
        patient = Retrying(
            retry=retry_if_exception_type((_NotYet, httpx.TransportError)),
            wait=wait_exponential(multiplier=0.1, max=2),
            stop=stop_after_delay(PATIENCE),
            reraise=True,
        )
        for attempt in patient:
            with attempt:
                answer = self._http.post(catalog.token_uri, data=form)
                if answer.status_code >= 500:
                    raise _NotYet(f"POST {catalog.token_uri} answered {answer.status_code}")
        if answer.status_code != 200:
            raise Refused(f"no token: POST {catalog.token_uri} answered {answer.status_code} {answer.text[:300]}")
        return str(answer.json()["access_token"])

    def _get(self, path: str) -> Any:
        """Return what is there, None when nothing is."""
        answer = self._http.get(path)
        return None if answer.status_code == 404 else _checked(answer)

    def _send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        return _checked(self._http.request(method, path, json=body))


def _checked(answer: httpx.Response) -> Any:
    if answer.is_error:
        request = answer.request
        raise Refused(f"{request.method} {request.url.path} answered {answer.status_code} {answer.text[:300]}")
    return answer.json() if answer.content else None


def _agrees(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    """Return whether all that is wanted is found; the order of a list says nothing."""
    return all(_plain(found.get(key)) == _plain(value) for key, value in wanted.items())


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value
