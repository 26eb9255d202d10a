"""Credentials limited to a table's location, from the store's STS: for clients, and for the server itself.

The real server reaches S3 with such credentials too, so that a failing STS breaks loads and commits (recorded).
"""

from __future__ import annotations

import json
import time
from threading import Lock
from typing import Any
from urllib.parse import quote

from .entities import Entity
from .errors import Refusal, not_done
from .object_store import Bucket, Keys, assume_role
from .settings import Settings

_READ = ["s3:GetObject", "s3:GetObjectVersion"]
_WRITE = ["s3:PutObject", "s3:DeleteObject"]
_MARGIN_MS = 300_000  # credentials that end sooner are not handed out again


def session_policy(location: str, write: bool) -> str:
    """Return the session policy that allows reading (and writing) below a location, and listing it."""
    bucket, _, key = location.partition("://")[2].partition("/")
    prefix = key.rstrip("/")
    below = f"{prefix}/*" if prefix else "*"
    statements = [
        {
            "Effect": "Allow",
            "Action": _READ + (_WRITE if write else []),
            "Resource": [f"arn:aws:s3:::{bucket}/{below}"],
        },
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}"],
            "Condition": {"StringLike": {"s3:prefix": [below]}},
        },
        {"Effect": "Allow", "Action": ["s3:GetBucketLocation"], "Resource": [f"arn:aws:s3:::{bucket}"]},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Vendor:
    """Hands out credentials; those that are still good are used again for the same catalog settings and location."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own = Keys(settings.store_key_id, settings.store_secret)
        self._kept: dict[tuple[str, str, bool], Keys] = {}
        self._lock = Lock()

    def keys(self, catalog: Entity, location: str, write: bool = True) -> Keys | None:
        """Return temporary keys for a location, or None when the catalog's STS is said to be unavailable."""
        storage = catalog.details["storage"]
        if catalog.details["type"] != "INTERNAL":
            raise not_done("tables of external catalogs")
        if storage["storageType"] != "S3":
            raise not_done(f"tables in storage of type {storage['storageType']}")
        if storage.get("stsUnavailable"):
            return None
        wanted = (json.dumps(storage, sort_keys=True), location, write)
        with self._lock:
            kept = self._kept.get(wanted)
        if kept is not None and (kept.expires_ms or 0) - _MARGIN_MS > time.time() * 1000:
            return kept
        keys = assume_role(
            storage.get("stsEndpoint") or self._endpoint(storage),
            storage.get("region") or self._settings.region,
            self._own,
            session_policy(location, write),
            storage.get("roleArn"),
            storage.get("externalId"),
            self._settings.sts_failure_status,
        )
        with self._lock:
            if len(self._kept) > 10_000:
                self._kept.clear()
            self._kept[wanted] = keys
        return keys

    def _endpoint(self, storage: dict[str, Any]) -> str | None:
        return storage.get("endpointInternal") or storage.get("endpoint") or self._settings.store_url

    def bucket(self, catalog: Entity, location: str) -> Bucket:
        """Return the server's own way to the objects at a location."""
        keys = self.keys(catalog, location) or self._own
        storage = catalog.details["storage"]
        return Bucket(
            self._endpoint(storage),
            storage.get("region") or self._settings.region,
            bool(storage.get("pathStyleAccess")),
            keys,
        )

    def vend(self, catalog: Entity, location: str, write: bool, identifier: str) -> dict[str, str]:
        """Return a client's credentials as properties; 400 when the catalog has none to give."""
        keys = self.keys(catalog, location, write)
        if keys is None:
            raise Refusal(
                "IllegalArgumentException",
                f"Credential vending was requested for table {identifier}, but no credentials are available",
            )
        return {
            "s3.access-key-id": keys.key_id,
            "s3.secret-access-key": keys.secret,
            "s3.session-token": keys.session_token or "",
            "s3.session-token-expires-at-ms": str(keys.expires_ms),
        }


def client_config(catalog: Entity) -> dict[str, str]:
    """Return what a client must know of a catalog's store, besides credentials."""
    storage = catalog.details["storage"]
    config = {"s3.path-style-access": "true"} if storage.get("pathStyleAccess") else {}
    if storage.get("region"):
        config["client.region"] = storage["region"]
    if storage.get("endpoint"):
        config["s3.endpoint"] = storage["endpoint"]
    return config


def refresh_route(catalog: Entity, levels: list[str], table: str) -> str:
    """Return where a client fetches new credentials, below the catalog API's base."""
    namespace = quote("\x1f".join(levels), safe="")
    return f"v1/{quote(catalog.name, safe='')}/namespaces/{namespace}/tables/{quote(table, safe='')}/credentials"
