"""Synthetic data of the demo shop: seeded, deterministic, with referential integrity and with dirty rows."""

from demo.data.shop import TABLES, generate

__all__ = ["TABLES", "generate"]
