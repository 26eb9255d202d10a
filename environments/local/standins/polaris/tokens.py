"""OAuth2 tokens: signed, so that no server state is needed to know them, and good until they expire.

Shapes and order of checks are recorded from Polaris 1.7.0; grants are those of RFC 6749 and RFC 8693.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import jwt
from sqlalchemy import select
from sqlalchemy.orm import Session

from .access import Caller, caller_of
from .entities import Entity, Secret, Setting
from .errors import OAuthRefusal, Refusal, unauthorized

CLIENT_CREDENTIALS = "client_credentials"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type's name
_SCOPE = "PRINCIPAL_ROLE:"

_INVALID_CLIENT = ("invalid_client", "The Client is invalid")
_INVALID_REQUEST = ("invalid_request", "The request is invalid")
_INVALID_SCOPE = ("invalid_scope", "The scope is invalid")


def hashed(secret: str) -> str:
    """Return a secret as it is kept: secrets are random and long, so a plain digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def signing_key(session: Session) -> str:
    """Return the key that signs tokens, made once for a database."""
    setting = session.get(Setting, "token-key")
    if setting is None:
        setting = Setting(name="token-key", value=secrets.token_hex(32))
        session.add(setting)
    return setting.value


class Tokens:
    """Issues and reads bearer tokens that live `seconds`."""

    def __init__(self, key: str, seconds: int) -> None:
        self._key, self._seconds = key, seconds

    def issue(self, principal_id: int, scope: str) -> dict[str, object]:
        """Return a token answer for a principal."""
        now = int(time.time())
        claims = {
            "iss": "polaris",
            "sub": str(principal_id),
            "iat": now,
            "exp": now + self._seconds,
            "jti": secrets.token_hex(16),
            "scope": scope,
        }
        token = jwt.encode(claims, self._key, algorithm="HS256")
        return {
            "access_token": token,
            "token_type": "bearer",
            "issued_token_type": ACCESS_TOKEN,
            "expires_in": self._seconds,
        }

    def claims(self, token: str, expired: bool = False) -> dict[str, Any] | None:
        """Return what a token says, or None when it is not ours or (unless `expired`) has expired."""
        try:
            return dict(jwt.decode(token, self._key, algorithms=["HS256"], options={"verify_exp": not expired}))
        except jwt.InvalidTokenError:
            return None

    def caller(self, session: Session, authorization: str) -> Caller:
        """Return who sends a request; 401 when the header is not a good bearer token."""
        scheme, _, token = authorization.partition(" ")
        claims = self.claims(token) if scheme.lower() == "bearer" else None
        if claims is None:
            raise unauthorized()
        return caller_of(session, int(claims["sub"]), _roles(claims["scope"]))

    def answer(self, session: Session, form: Mapping[str, str], authorization: str) -> dict[str, object]:
        """Answer a token request; raises OAuthRefusal in the server's order of checks."""
        client_id, client_secret, bearer = (form.get("client_id"), form.get("client_secret"), None)
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() == "basic" and client_id is None:
            client_id, client_secret = _basic(credentials)
        elif scheme.lower() == "bearer":
            bearer = credentials
        grant = form.get("grant_type")
        if grant is None:
            raise Refusal("NullPointerException", 'Cannot invoke "Object.equals(Object)" because "o" is null')
        if grant not in (CLIENT_CREDENTIALS, EXCHANGE):
            raise OAuthRefusal("unsupported_grant_type", "The grant type is invalid")
        if grant == EXCHANGE:
            return self._exchange(session, form, client_id, client_secret, bearer)
        if not client_id or not client_secret:
            raise OAuthRefusal(*_INVALID_CLIENT)
        scope = _checked_scope(form.get("scope"))
        return self.issue(_authenticate(session, client_id, client_secret), scope)

    def _exchange(
        self, session: Session, form: Mapping[str, str], client_id: str | None, secret: str | None, bearer: str | None
    ) -> dict[str, object]:
        subject = form.get("subject_token")
        if not subject or form.get("subject_token_type") != ACCESS_TOKEN:
            raise OAuthRefusal(*_INVALID_REQUEST)
        scope = form.get("scope")
        if scope is not None:
            _checked_scope(scope)
        if client_id and secret:
            _authenticate(session, client_id, secret)
        elif bearer is None or self.claims(bearer) is None:
            raise OAuthRefusal(*_INVALID_CLIENT)
        claims = self.claims(subject, expired=True)
        if claims is None:
            raise OAuthRefusal(*_INVALID_CLIENT)
        return self.issue(int(claims["sub"]), scope or claims["scope"])


def read_form(body: bytes) -> dict[str, str]:
    """Read a form; the first value of a name counts."""
    text = body.decode("utf-8", "replace")
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _roles(scope: str) -> list[str]:
    return [part.removeprefix(_SCOPE) for part in scope.split()]


def _checked_scope(scope: str | None) -> str:
    parts = (scope or "").split()
    if not parts or not all(part.startswith(_SCOPE) and len(part) > len(_SCOPE) for part in parts):
        raise OAuthRefusal(*_INVALID_SCOPE)
    return " ".join(parts)


def _basic(credentials: str) -> tuple[str, str]:
    bad = next((c for c in credentials if not (c.isalnum() and c.isascii()) and c not in "+/="), None)
    if bad is not None:
        raise Refusal("IllegalArgumentException", f"Illegal base64 character {ord(bad):x}")
    try:
        name, colon, secret = base64.b64decode(credentials + "=" * (-len(credentials) % 4)).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthRefusal(*_INVALID_REQUEST) from None
    if not colon:
        raise OAuthRefusal(*_INVALID_REQUEST)
    return name, secret


def _authenticate(session: Session, client_id: str, client_secret: str) -> int:
    if session.scalar(select(Entity.id).where(Entity.kind == "principal", Entity.name == "root")) is None:
        raise Refusal("IllegalStateException", "Realm is not bootstrapped, please run server in bootstrap mode.")
    found = session.scalar(select(Secret).where(Secret.client_id == client_id))
    digest = hashed(client_secret)
    if found is None or not any(hmac.compare_digest(digest, kept) for kept in found.hashes):
        raise OAuthRefusal("unauthorized_client", "The client is not authorized", 401)
    return found.principal_id
