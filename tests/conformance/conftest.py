"""The servers that these tests run against."""

from tests.conformance.servers import failing_sts, marquez, own_marquez, own_polaris, polaris, store

__all__ = ["failing_sts", "marquez", "own_marquez", "own_polaris", "polaris", "store"]
