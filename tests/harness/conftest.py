"""Tests of the engine may have a server that answers in a certain way."""

from tests.http_server import serve

__all__ = ["serve"]
