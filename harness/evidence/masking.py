"""Takes secrets out of what is recorded."""

from __future__ import annotations

import re

_HIDDEN = "•••"
_NAMES = (
    r"client_secret|password|access_token|refresh_token|subject_token|clientSecret|token|"
    r"s3\.secret-access-key|s3\.session-token|s3\.access-key-id|secretAccessKey|sessionToken|X-Amz-Signature"
)
_IN_FORM = re.compile(rf"\b({_NAMES})=[^&\s]+", re.IGNORECASE)
_IN_JSON = re.compile(rf'"({_NAMES})"\s*:\s*"[^"]*"', re.IGNORECASE)
_BEARER = re.compile(r"\b(Bearer|Basic) [A-Za-z0-9._~+/=-]+")


def mask(text: str) -> str:
    """Return a text with tokens, keys and passwords hidden."""
    text = _IN_FORM.sub(rf"\1={_HIDDEN}", text)
    text = _IN_JSON.sub(rf'"\1": "{_HIDDEN}"', text)
    return _BEARER.sub(rf"\1 {_HIDDEN}", text)
