"""Records HTTP exchanges; what a passing scenario recorded is thrown away."""

from __future__ import annotations

import shlex
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import httpx

from harness.evidence.masking import HIDDEN, mask

_KEPT = 50  # exchanges
_SHOWN = 4_000  # characters of a body
_PRIVATE = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-security-token", "x-api-key"}
)
# Headers that curl sends by itself.
_OWN = frozenset({"host", "accept-encoding", "connection", "content-length", "user-agent"})


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, without secrets; `status` 0 and `error` where no answer came.

    `begun`: when it was sent, in seconds of the epoch.
    """

    method: str
    url: str
    status: int
    milliseconds: int
    request: str
    answer: str
    request_headers: Mapping[str, str] = field(default_factory=dict)
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    begun: float = 0.0

    @property
    def curl(self) -> str:
        """The command that sends the request again; secrets are to be filled in, and so is a body that was cut."""
        named = ((n, v) for n, v in self.request_headers.items() if n not in _OWN)
        words = ["curl", "-i", "-X", self.method, *(word for n, v in named for word in ("-H", f"{n}: {v}"))]
        words += ["--data-raw", self.request] if self.request else []
        return shlex.join([*words, self.url])

    def __str__(self) -> str:
        lines = [f"{self.method} {self.url} → {self.status or self.error} ({self.milliseconds} ms)"]
        lines += [f"  > {self.request}"] if self.request else []
        lines += [f"  < {self.answer}"] if self.answer and self.status >= 400 else []
        return "\n".join(lines)


@dataclass
class _Taken:
    request: httpx.Request
    begun: float  # of the monotonic clock, as `ended`
    begun_at: float  # of the epoch
    ended: float = 0.0
    response: httpx.Response | None = None
    error: str = ""


class _Recording(httpx.BaseTransport):
    """Hands on to a transport, and takes down also what got no answer; event hooks are not told of that."""

    def __init__(self, inner: httpx.BaseTransport, taken: deque[_Taken]) -> None:
        self._inner = inner
        self._taken = taken

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        taken = _Taken(request, time.monotonic(), time.time())
        self._taken.append(taken)
        try:
            taken.response = self._inner.handle_request(request)
        except Exception as error:
            taken.error = f"{type(error).__name__}: {error}"
            raise
        finally:
            taken.ended = time.monotonic()
        return taken.response

    def close(self) -> None:
        self._inner.close()


class HttpRecorder:
    """Makes HTTP clients that record their exchanges, the latest fifty of all of them together."""

    def __init__(self) -> None:
        self._taken: deque[_Taken] = deque(maxlen=_KEPT)

    def client(self, base_url: str, *, timeout: float = 30.0) -> httpx.Client:
        """Return a client of a base URL that records; `timeout` in seconds. Proxies of the machine are not used."""
        transport = _Recording(httpx.HTTPTransport(trust_env=False), self._taken)
        return httpx.Client(base_url=base_url, timeout=timeout, trust_env=False, transport=transport)

    def clear(self) -> None:
        """Forget everything."""
        self._taken.clear()

    def exchanges(self, secrets: Iterable[str] = ()) -> list[Exchange]:
        """Return what was recorded, oldest first, without `secrets` and what looks like one.

        Only now are bodies looked at, since most are never shown.
        """
        known = tuple(secrets)
        return [_written_down(taken, known) for taken in self._taken]


def _written_down(taken: _Taken, secrets: tuple[str, ...]) -> Exchange:
    request, response = taken.request, taken.response
    return Exchange(
        method=request.method,
        url=mask(str(request.url), secrets),
        status=response.status_code if response else 0,
        milliseconds=round((taken.ended - taken.begun) * 1000),
        request=_body(request, secrets),
        answer=_body(response, secrets) if response else "",
        request_headers=_headers(request.headers, secrets),
        answer_headers=_headers(response.headers, secrets) if response else {},
        error=mask(taken.error, secrets),
        begun=taken.begun_at,
    )


def _body(message: httpx.Request | httpx.Response, secrets: tuple[str, ...]) -> str:
    try:
        content = message.content
    except (httpx.RequestNotRead, httpx.ResponseNotRead):
        return "(streamed)"
    # More than is shown is masked, so that a secret that is cut at the end is whole when it is looked for.
    text = mask(content[: 4 * _SHOWN].decode(errors="replace"), secrets)
    return f"{text[:_SHOWN]}… ({len(content)} bytes)" if len(text) > _SHOWN else text


def _headers(headers: httpx.Headers, secrets: tuple[str, ...]) -> dict[str, str]:
    return {name: HIDDEN if name in _PRIVATE else mask(value, secrets) for name, value in headers.items()}
