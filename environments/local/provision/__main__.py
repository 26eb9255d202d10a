"""`python -m environments.local.provision [PART …]`: what `make setup` runs before the command `harness` exists."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from environments.local.provision import provision
from harness.errors import HarnessError


def main() -> int:
    """Make the parts that are named, or all; return the exit status."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        provision(sys.argv[1:] or None)
    except HarnessError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("the set-up was stopped; run it again: what was fetched so far is kept", file=sys.stderr)
        return 130
    return 0


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
