"""Refusals: the status, the exception's name and the message with which the real server declines a request."""

from __future__ import annotations

# Type -> status of the exceptions that Polaris 1.7.0 maps (recorded).
STATUS = {
    "AlreadyExistsException": 409,
    "BadRequestException": 400,
    "CommitConflictException": 409,
    "CommitFailedException": 409,
    "ForbiddenException": 403,
    "IllegalArgumentException": 400,
    "IllegalStateException": 500,
    "MissingOrInvalidRealm": 404,
    "NamespaceNotEmptyException": 409,
    "NoSuchNamespaceException": 404,
    "NoSuchPolicyException": 404,
    "NoSuchTableException": 404,
    "NoSuchViewException": 404,
    "NotAcceptableException": 406,
    "NotAllowedException": 405,
    "NotFoundException": 404,
    "NotImplementedException": 501,
    "NotSupportedException": 415,
    "NullPointerException": 500,
    "ResteasyReactiveViolationException": 400,
    "RetryableValidationException": 400,
    "SdkClientException": 500,
    "StreamReadException": 500,
    "StsException": 500,
    "UnprocessableEntityException": 422,
    "UnsupportedOperationException": 406,
    "ValidationException": 400,
    "WebApplicationException": 400,
}


class Refusal(Exception):
    """A request is declined: `kind` is the error's type as clients see it; `status` defaults to the table's."""

    def __init__(self, kind: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message
        self.status = STATUS[kind] if status is None else status

    def body(self) -> dict[str, object]:
        """Return the error as the Iceberg REST specification shapes it."""
        return {"error": {"message": self.message, "type": self.kind, "code": self.status}}


class Empty(Exception):
    """A request is declined without a body: 401, and what the server's JSON binding refuses (400)."""

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.headers = status, headers or {}


class OAuthRefusal(Exception):
    """A token is declined, in the flat shape of RFC 6749."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


def bad_json() -> Refusal:
    """Return the answer to a body that the server's JSON reader refuses."""
    return Refusal("WebApplicationException", "HTTP 400 Bad Request")


def unauthorized() -> Empty:
    """Return the answer to a missing, wrong or expired bearer token."""
    return Empty(401, {"www-authenticate": "Bearer"})


def not_done(what: str) -> Refusal:
    """Return the answer to what the real server does and this stand-in does not."""
    return Refusal("NotImplementedException", f"The Polaris stand-in does not do this: {what}")
