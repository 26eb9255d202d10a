"""`python -m environments.local.provision [PART …]`: what `make setup` runs before the command `harness` exists."""

from __future__ import annotations

import sys

from environments.local.provision import provision
from harness.errors import HarnessError


def main() -> int:
    """Make the parts that are named, or all; return the exit status."""
    try:
        provision(sys.argv[1:] or None)
    except HarnessError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
