"""What every HTTP client of a system shares: how it is made, and how an answer is judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from harness.errors import HarnessError

_SHOWN = 2_000  # characters of a body that an error shows


class MakeClient(Protocol):
    """Makes an HTTP client; the harness gives one that records the exchanges."""

    def __call__(self, base_url: str, *, timeout: float = 30.0) -> httpx.Client: ...


def plain_client(base_url: str, *, timeout: float = 30.0) -> httpx.Client:
    """Return a client that records nothing; `timeout` in seconds. Proxies of the machine are not used."""
    return httpx.Client(base_url=base_url, timeout=timeout, trust_env=False)


class UnexpectedAnswer(HarnessError):
    """A system answered, and not as it should."""

    def __init__(self, response: httpx.Response, expected: str) -> None:
        request = response.request
        super().__init__(
            f"{request.method} {request.url} was answered with {response.status_code}",
            expected=expected,
            actual=f"{response.status_code} {response.text[:_SHOWN]}".rstrip(),
        )
        self.status = response.status_code
        self.response = response


def answer(response: httpx.Response, *statuses: int) -> Any:
    """Return the JSON body (None when there is none) of an answer with one of the statuses (default: 200).

    Raises UnexpectedAnswer for another status or a body that is not JSON.
    """
    allowed = statuses or (200,)
    if response.status_code not in allowed:
        raise UnexpectedAnswer(response, " or ".join(map(str, allowed)))
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        raise UnexpectedAnswer(response, "a JSON body") from None


def trace_headers(traceparent: str | None) -> Mapping[str, str]:
    """Return the header that carries a trace context (https://www.w3.org/TR/trace-context/), or none."""
    return {"traceparent": traceparent} if traceparent else {}
