"""Stage preflight: what configuration and workloads prove wrong while nothing runs, a module a theme.

No check here raises an alarm unless what was read proves it: silence where a value is not known.
"""

from harness.contracts.preflight import platform_file

__all__ = ["platform_file"]
