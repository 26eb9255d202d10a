"""Records HTTP exchanges; what a passing scenario recorded is thrown away."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from harness.evidence.masking import mask

_KEPT = 50  # exchanges
_SHOWN = 1_000  # characters of a body


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, without secrets."""

    method: str
    url: str
    status: int
    milliseconds: int
    request: str
    answer: str

    def __str__(self) -> str:
        lines = [f"{self.method} {self.url} → {self.status} ({self.milliseconds} ms)"]
        lines += [f"  > {self.request}"] if self.request else []
        lines += [f"  < {self.answer}"] if self.answer and self.status >= 400 else []
        return "\n".join(lines)


class HttpRecorder:
    """Makes HTTP clients that record their exchanges, the latest fifty."""

    def __init__(self) -> None:
        self._exchanges: deque[tuple[httpx.Response, float]] = deque(maxlen=_KEPT)

    def client(self, base_url: str, *, timeout: float = 30.0) -> httpx.Client:
        """Return a client of a base URL; `timeout` in seconds."""
        begun: dict[int, float] = {}

        def requested(request: httpx.Request) -> None:
            begun[id(request)] = time.monotonic()

        def answered(response: httpx.Response) -> None:
            self._exchanges.append((response, time.monotonic() - begun.pop(id(response.request), time.monotonic())))

        hooks: dict[str, list[Callable[..., Any]]] = {"request": [requested], "response": [answered]}
        return httpx.Client(base_url=base_url, timeout=timeout, trust_env=False, event_hooks=hooks)

    def clear(self) -> None:
        """Forget everything."""
        self._exchanges.clear()

    def exchanges(self) -> list[Exchange]:
        """Return what was recorded, oldest first; only now are bodies looked at, since most are never shown."""
        return [_written_down(response, seconds) for response, seconds in self._exchanges]


def _written_down(response: httpx.Response, seconds: float) -> Exchange:
    request = response.request
    try:
        sent, received = request.content, response.content
    except (httpx.RequestNotRead, httpx.ResponseNotRead):
        sent, received = b"(streamed)", b"(streamed)"
    return Exchange(
        method=request.method,
        url=mask(str(request.url)),
        status=response.status_code,
        milliseconds=round(seconds * 1000),
        request=mask(sent.decode(errors="replace"))[:_SHOWN],
        answer=mask(received.decode(errors="replace"))[:_SHOWN],
    )
