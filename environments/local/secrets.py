"""The secrets of one stack: random, in one file that only its user can read."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

# What platform.yaml's secret_refs stand for; docs/architecture.md says how workloads are given them.
_LENGTHS = {
    "object-store-keys.access-key-id": 10,
    "object-store-keys.secret-access-key": 20,
    "polaris-client-id": 8,
    "polaris-client-secret": 20,
    "postgres-password": 16,
    "cube-api-secret": 32,
}


def make_secrets() -> dict[str, str]:
    """Return a random value for each secret; one that the environment sets (SOME_NAME) is taken from there."""
    return {name: os.environ.get(variable_of(name)) or secrets.token_hex(size) for name, size in _LENGTHS.items()}


def variable_of(ref: str) -> str:
    """Return the environment variable that carries a secret: `some-name.part` → `SOME_NAME_PART`."""
    return ref.replace("-", "_").replace(".", "_").upper()


def as_variables(values: Mapping[str, str], *refs: str) -> dict[str, str]:
    """Return the environment variables of the named secrets (`object-store-keys` names both of its parts)."""
    return {variable_of(name): value for name, value in values.items() if name in refs or name.split(".")[0] in refs}


def write_secrets(values: Mapping[str, str], path: Path) -> None:
    """Write the secrets with mode 0600 from the first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(values, file)
