"""The servers that these tests run against."""

from tests.conformance.servers import any_marquez, any_polaris, failing_sts, marquez, own_polaris, polaris, store
from tests.conformance.servers import servers_of as pytest_generate_tests

__all__ = [
    "any_marquez",
    "any_polaris",
    "failing_sts",
    "marquez",
    "own_polaris",
    "polaris",
    "pytest_generate_tests",
    "store",
]
