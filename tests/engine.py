"""Whether a container engine answers on this machine; asked once for a run of the tests."""

from harness.errors import EnvironmentFailure
from harness.systems.engine import find_engine


def _found() -> str | None:
    try:
        return find_engine()
    except EnvironmentFailure:
        return None


ENGINE = _found()
