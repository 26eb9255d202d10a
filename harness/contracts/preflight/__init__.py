"""Stage preflight: what configuration and workloads prove wrong while nothing runs, a module a theme.

No check here raises an alarm unless what was read proves it: silence where a value is not known.
"""

from harness.contracts.preflight import (
    config_keys,
    credentials,
    duckdb_profile,
    endpoints,
    hosts,
    identities,
    images,
    init_job,
    lineage,
    platform_file,
    semantic_store,
    services,
    telemetry,
)

__all__ = [
    "config_keys",
    "credentials",
    "duckdb_profile",
    "endpoints",
    "hosts",
    "identities",
    "images",
    "init_job",
    "lineage",
    "platform_file",
    "semantic_store",
    "services",
    "telemetry",
]
