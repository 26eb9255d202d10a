"""A trace context as it travels in the `traceparent` header (https://www.w3.org/TR/trace-context/)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class TraceContext:
    """A span's place: its trace, its own id, and its parent's where it has one; all lower-case hexadecimal."""

    trace_id: str
    span_id: str
    parent_id: str | None = None

    @classmethod
    def fresh(cls) -> TraceContext:
        """Return the root of a new trace."""
        return cls(secrets.token_hex(16), secrets.token_hex(8))

    def child(self) -> TraceContext:
        """Return a new span below this one."""
        return TraceContext(self.trace_id, secrets.token_hex(8), self.span_id)

    @property
    def traceparent(self) -> str:
        """The header's value; the trace is sampled."""
        return f"00-{self.trace_id}-{self.span_id}-01"

    @classmethod
    def parse(cls, traceparent: str) -> TraceContext:
        """Return the context of a header's value; raises ValueError."""
        parts = traceparent.split("-")
        if len(parts) != 4 or len(parts[1]) != 32 or len(parts[2]) != 16:
            raise ValueError(f"not a traceparent: {traceparent!r}")
        return cls(parts[1], parts[2])
