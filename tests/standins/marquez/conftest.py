"""The server that these tests run against."""

from tests.conformance.servers import marquez, own_marquez

__all__ = ["marquez", "own_marquez"]
