"""Objects and temporary credentials of an S3 store, by signed requests that retry and fail as the AWS SDK does."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, EndpointConnectionError
from botocore.httpsession import URLLib3Session

from .errors import Refusal, not_done

STS_ATTEMPTS, S3_ATTEMPTS = (4, 6)  # of the AWS SDK for Java 2 as Polaris 1.7.0 sets it up (recorded)
_BACKOFF = 0.02  # seconds, doubled with each attempt


@dataclass(frozen=True)
class Keys:
    """Access keys; temporary ones carry a session token and the time of their end (ms since 1970)."""

    key_id: str
    secret: str
    session_token: str | None = None
    expires_ms: int | None = None


class Answer:
    """What a store answered, and in which attempt."""

    def __init__(self, status: int, content: bytes, attempt: int) -> None:
        self.status, self.content, self.attempt = status, content, attempt

    def texts(self) -> dict[str, str]:
        """Return the texts of an XML answer by element name; the last of a name counts."""
        try:
            tree = ElementTree.fromstring(self.content)  # noqa: S314 - the store that the catalog names is trusted
        except ElementTree.ParseError:
            return {}
        return {element.tag.rpartition("}")[2]: (element.text or "") for element in tree.iter()}

    def failure(self, service: str) -> str:
        """Return the AWS SDK's message for a failed answer."""
        said = self.texts()
        extended = f", Extended Request ID: {said['HostId']}" if said.get("HostId") else ""
        return (
            f"{said.get('Message') or 'null'} (Service: {service}, Status Code: {self.status}, Request ID: "
            f"{said.get('RequestId', 'null')}{extended}) (SDK Attempt Count: {self.attempt})"
        )


@cache
def _session() -> URLLib3Session:
    no_delay = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]  # else each PUT waits 40 ms for a delayed ACK
    return URLLib3Session(timeout=30, max_pool_connections=32, socket_options=no_delay)  # type: ignore[arg-type]


def _send(signer: Any, method: str, url: str, body: bytes, headers: dict[str, str], attempts: int) -> Answer:
    for attempt in range(1, attempts + 1):
        request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
        signer.add_auth(request)
        try:
            response = _session().send(request.prepare())
        except BotoCoreError as error:
            if attempt == attempts:
                raise Refusal("SdkClientException", _unreachable(url, error, attempts)) from None
        else:
            if response.status_code < 500 or attempt == attempts:
                return Answer(response.status_code, response.content, attempt)
        time.sleep(_BACKOFF * 2**attempt)
    raise AssertionError("no attempt was made")


def _unreachable(url: str, error: Exception, attempts: int) -> str:
    host, count = urlsplit(url).netloc, f"(SDK Attempt Count: {attempts})"
    try:
        address = socket.gethostbyname(urlsplit(url).hostname or "")
    except OSError:
        return f"Received an UnknownHostException when attempting to interact with a service: {host} {count}"
    name = "" if host.startswith(address) else urlsplit(url).hostname
    reason = "Connection refused" if isinstance(error, EndpointConnectionError) else type(error).__name__
    return f"Unable to execute HTTP request: Connect to {host} [{name}/{address}] failed: {reason} {count}"


def _checked(endpoint: str | None, service: str) -> str:
    if not endpoint:
        raise not_done(f"the catalog names no endpoint for {service}; the real server would go to AWS itself")
    if urlsplit(endpoint).scheme not in ("http", "https"):
        raise Refusal("NullPointerException", f"The URI scheme of endpointOverride must not be null: {endpoint}", 500)
    return endpoint.rstrip("/")


class Bucket:
    """The objects that one pair of keys may reach at one endpoint; locations are `s3://bucket/key`."""

    def __init__(self, endpoint: str | None, region: str, path_style: bool, keys: Keys) -> None:
        self._endpoint, self._path_style = _checked(endpoint, "S3"), path_style
        self._signer = S3SigV4Auth(Credentials(keys.key_id, keys.secret, keys.session_token), "s3", region)

    def get(self, location: str) -> bytes:
        """Return an object; raises Refusal (NotFoundException) when it is not there."""
        answer = self._ask("GET", location)
        if answer.status == 404:
            raise Refusal("NotFoundException", f"Location does not exist: {location}", 400)
        return self._good(answer).content

    def put(self, location: str, content: bytes) -> None:
        """Write an object."""
        self._good(self._ask("PUT", location, content))

    def delete(self, location: str) -> None:
        """Remove an object; one that is not there is no failure."""
        answer = self._ask("DELETE", location)
        if answer.status != 404:
            self._good(answer)

    def _ask(self, method: str, location: str, content: bytes = b"") -> Answer:
        parts = urlsplit(self._endpoint)
        bucket, _, key = location.partition("://")[2].partition("/")
        where = f"{parts.netloc}/{bucket}" if self._path_style else f"{bucket}.{parts.netloc}"
        url = f"{parts.scheme}://{where}/{quote(key, safe='/~')}"
        return _send(self._signer, method, url, content, {}, S3_ATTEMPTS)

    @staticmethod
    def _good(answer: Answer) -> Answer:
        if answer.status == 403:
            raise Refusal("ForbiddenException", answer.failure("S3"))
        if answer.status >= 300:
            raise Refusal("S3Exception", answer.failure("S3"), 500)
        return answer


def assume_role(
    endpoint: str | None, region: str, keys: Keys, policy: str, role: str | None, external_id: str | None, failure: int
) -> Keys:
    """Return temporary keys from a store's STS, limited by a session policy.

    `failure` is the status with which an STS that declines is reported. Raises Refusal, with the type and the
    message of the AWS SDK: StsException when it answers an error, SdkClientException when it does not answer.
    See https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
    """
    url = _checked(endpoint, "STS") + "/"
    asked = {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": role,
        "RoleSessionName": "PolarisAwsCredentialsStorageIntegration",
        "Policy": policy,
        "DurationSeconds": "3600",
        "ExternalId": external_id,
    }
    body = urlencode({name: value for name, value in asked.items() if value is not None}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    signer = SigV4Auth(Credentials(keys.key_id, keys.secret), "sts", region)
    answer = _send(signer, "POST", url, body, headers, STS_ATTEMPTS)
    said = answer.texts()
    if answer.status >= 300 or "AccessKeyId" not in said:
        raise _sts_refusal(answer, failure)
    end = datetime.fromisoformat(said["Expiration"]) if said.get("Expiration") else None
    return Keys(
        said["AccessKeyId"],
        said["SecretAccessKey"],
        said.get("SessionToken"),
        int(end.timestamp() * 1000) if end else int(time.time() * 1000) + 3_600_000,
    )


def _sts_refusal(answer: Answer, status: int) -> Refusal:
    message = answer.failure("Sts")
    if status == 422:  # Polaris until 1.5
        return Refusal("UnprocessableEntityException", f"Failed to get subscoped credentials: {message}")
    return Refusal("StsException", message, status)
