"""The servers that these properties are asked of."""

from tests.conformance.servers import polaris, store

__all__ = ["polaris", "store"]
