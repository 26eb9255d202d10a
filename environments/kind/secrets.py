"""The Secrets that the charts name: made by the environment before a release is installed."""

from __future__ import annotations

from collections.abc import Mapping

from environments.containers.specs import filled

# Secret -> key -> value, in which ${...} is a secret of the stack.
SECRETS: Mapping[str, Mapping[str, str]] = {
    "object-store-keys": {
        "access-key-id": "${object-store-keys.access-key-id}",
        "secret-access-key": "${object-store-keys.secret-access-key}",
    },
    "polaris-client": {
        "client-id": "${polaris-client-id}",
        "client-secret": "${polaris-client-secret}",
        "bootstrap": "POLARIS,${polaris-client-id},${polaris-client-secret}",
    },
    "postgres": {"password": "${postgres-password}"},
    "cube-api": {"secret": "${cube-api-secret}"},
}


def secret_list(values: Mapping[str, str]) -> dict[str, object]:
    """Return the Secrets as one object that kubectl applies; `values`: what platform.yaml's secret_refs stand for."""
    items = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name},
            "stringData": {key: filled(text, values) for key, text in keys.items()},
        }
        for name, keys in SECRETS.items()
    ]
    return {"apiVersion": "v1", "kind": "List", "items": items}
