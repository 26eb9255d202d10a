"""Stage preflight: what configuration and workloads prove wrong while nothing runs, a module a theme.

No check here raises an alarm unless what was read proves it: silence where a value is not known.
"""

from harness.contracts.preflight import (
    config_keys,
    credentials,
    duckdb_profile,
    endpoints,
    identities,
    images,
    init_job,
    platform_file,
    services,
    telemetry,
)

__all__ = [
    "config_keys",
    "credentials",
    "duckdb_profile",
    "endpoints",
    "identities",
    "images",
    "init_job",
    "platform_file",
    "services",
    "telemetry",
]
