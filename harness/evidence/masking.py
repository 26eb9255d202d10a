"""Takes secrets out of what is recorded: those that are known, and what looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "•••"
_SHORTEST = 6  # characters; a shorter secret would take half of every text with it

_NAME = (
    r"(?:password|passwd|client[-_]?secret|secret[-_]?access[-_]?key|secret[-_]?key|access[-_]?key[-_]?id"
    r"|(?:access|refresh|session|security|subject|id)[-_]?token|(?<![a-z0-9_-])token|api[-_]?key|private[-_]?key"
    r"|x-amz-credential|signature)"
)
# A value in quotes (also in JSON within JSON; also cut off before its end), or up to the next separator.
_VALUE = r"""(?:\\"(?:(?!\\").)*(?:\\")?|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s&,;)}\]"'<\\]+)"""
_NAMED = re.compile(rf"""({_NAME}(?:\\?["'])?\s*[:=]\s*)(?:(?:Bearer|Basic)\s+)?{_VALUE}""", re.IGNORECASE)
_IN_SQL = re.compile(r"\b((?:CLIENT_ID|CLIENT_SECRET|KEY_ID|SECRET|SESSION_TOKEN|PASSWORD)\s+)'[^']*'?", re.IGNORECASE)
_IN_XML = re.compile(r"<(AccessKeyId|SecretAccessKey|SessionToken)>[^<]*")
_SHAPES = (
    (_IN_XML, rf"<\1>{HIDDEN}"),
    (_IN_SQL, rf"\1'{HIDDEN}'"),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), HIDDEN),  # a JSON web token
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}"), HIDDEN),  # an AWS access key
    (re.compile(r"(://[^/@\s:]*):[^/@\s]*@"), rf"\1:{HIDDEN}@"),  # a login in a URL
)


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without tokens, keys, passwords and signatures; `secrets` are values that are known to be such."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            for form in (secret, quote(secret, safe=""), quote_plus(secret)):
                text = text.replace(form, HIDDEN)
    text = _NAMED.sub(_hide, text)
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def _hide(found: re.Match[str]) -> str:
    name, value = found.group(1), found.group(0)[len(found.group(1)) :]
    mark = next((mark for mark in ('\\"', '"', "'") if value.startswith(mark)), "")
    return f"{name}{mark}{HIDDEN}{mark}"
