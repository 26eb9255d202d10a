"""An action that does not fit what it is to change."""

from __future__ import annotations


class Inapplicable(Exception):
    """What `key` of an action names is not there, or not as the action says; the fault's reader adds the place."""

    def __init__(self, key: str, what: str, *, expected: str | None = None, actual: str | None = None) -> None:
        super().__init__(what)
        self.key, self.what, self.expected, self.actual = key, what, expected, actual
