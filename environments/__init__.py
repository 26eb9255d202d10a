"""How a platform is made to run: one environment a folder, all behind `running`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import UsageError
from harness.settings import Settings
from harness.stack import Stack

NAMES = ("local",)


@contextmanager
def running(settings: Settings) -> Iterator[Stack]:
    """Hand out the running platform, and let go of it at the end.

    Raises UsageError for an environment that is not known, EnvironmentFailure when it could not be made.
    """
    if settings.environment != "local":
        near = difflib.get_close_matches(settings.environment, NAMES, n=1)
        raise UsageError(
            f"unknown environment {settings.environment!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
            expected=f"one of {', '.join(NAMES)}",
        )
    from environments.local import running as running_locally  # its parts are only needed where it runs

    with running_locally(settings) as stack:
        yield stack
