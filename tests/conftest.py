"""Where a run decides what may land, hypothesis tries the same examples each time; elsewhere it goes on looking.

A run without a container engine says at its end what it did not look at.
"""

import os

from hypothesis import settings

from tests.engine import ENGINE

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("looking", deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "looking")


def pytest_terminal_summary(terminalreporter):
    """Say what was not collected for want of an engine."""
    if ENGINE is None:
        terminalreporter.write_line(
            "no container engine answers: what needs one was not collected (docs/environments.md)"
        )
