"""JSON as Jackson reads it, where Python's reader takes more, or fails in ways of its own."""

from __future__ import annotations

import json
import re
from typing import Any

# Jackson's StreamReadConstraints: https://javadoc.io/doc/com.fasterxml.jackson.core/jackson-core
DEEPEST, LONGEST_NUMBER = 1000, 1000
TOO_DEEP = f"Document nesting depth exceeds the maximum allowed ({DEEPEST})"

_SPACE = re.compile(r"[ \t\r\n]*")


def first_value(text: str) -> tuple[Any, int]:
    """Return the first JSON value of a text, and where it ends.

    Half a surrogate pair becomes `?`, as where Java writes UTF-8. Raises json.JSONDecodeError when it is no JSON, and
    ValueError for what Jackson refuses besides: NaN and Infinity, numbers and nesting beyond its limits.
    """
    try:
        value, end = _DECODER.raw_decode(text, _SPACE.match(text).end())  # type: ignore[union-attr]
        if "\\ud" in text.lower():
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    return value, end


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"Number value length ({len(digits)}) exceeds the maximum allowed ({LONGEST_NUMBER})")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"Number {digits[:40]} is beyond what a double holds")
    return number


def _no_number(name: str) -> float:
    raise ValueError(f"Non-standard token '{name}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow")


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_fraction, parse_constant=_no_number)
