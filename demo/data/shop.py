"""Customers, products, orders and order items; the same rows for the same scale and seed, on every machine.

The dirty rows that staging has to clean stand in one table in demo/README.md. Keys are never dirty: every order has
its customer, every item its order and its product.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Row = dict[str, Any]

SEED = 20260101
TABLES = ("raw_customers", "raw_products", "raw_orders", "raw_order_items")
CUSTOMERS, PRODUCTS, ORDERS = 1000, 100, 3000  # rows at scale 1
ITEMS_OF_ORDER = (1, 2, 3, 4)  # in turn: 7,500 items at scale 1
REPEATED = 100  # one row in a hundred is delivered twice

_FIRST_DAY = date(2026, 1, 1)
_DAYS = 120
_GIVEN = ("Ada", "Bo", "Chen", "Dana", "Emre", "Fatou", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lena", "Mira", "Noor")
_FAMILY = ("Adler", "Brandt", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Kaya", "Lund")
_COUNTRIES = ("DE", "FR", "GB", "JP", "US")
_SEGMENTS = ("consumer", "business", "public")
_CATEGORIES = ("books", "garden", "kitchen", "sports", "toys")
_STATUSES = ("placed", "shipped", "delivered", "delivered", "delivered", "cancelled", "returned")


def generate(table: str, scale: int = 1, seed: int = SEED) -> list[Row]:
    """Return the rows of one table.

    `scale` multiplies the number of rows; another `seed` gives other rows. Raises KeyError for an unknown table.
    """
    rows = {
        "raw_customers": _customers,
        "raw_products": _products,
        "raw_orders": _orders,
        "raw_order_items": _order_items,
    }[table]
    return list(rows(Random(f"{seed}/{table}"), scale))  # noqa: S311 - data, not secrets


def _customers(random: Random, scale: int) -> Iterator[Row]:
    for number in range(1, CUSTOMERS * scale + 1):
        given, family = random.choice(_GIVEN), random.choice(_FAMILY)
        email = f"{given}.{family}.{number}@example.com".lower()
        country, segment = random.choice(_COUNTRIES), random.choice(_SEGMENTS)
        created = datetime(2025, 1, 1) + timedelta(minutes=random.randrange(365 * 24 * 60))
        name = f"{given} {family}"
        yield {
            "customer_id": number,
            "name": f"  {name} " if number % 37 == 0 else name,
            "email": f" {email.upper()} " if number % 10 == 0 else email,
            "country": None if number % 33 == 0 else country.lower() if number % 21 == 0 else country,
            "segment": segment.upper() if number % 15 == 0 else segment,
            "created_at": created.isoformat(sep=" "),
        }


def _products(random: Random, scale: int) -> Iterator[Row]:
    for number in range(1, PRODUCTS * scale + 1):
        category, cents = random.choice(_CATEGORIES), random.randrange(199, 19999)
        yield {
            "product_id": number,
            "name": f" Product {number}" if number % 25 == 0 else f"Product {number}",
            "category": category.title() + " " if number % 8 == 0 else category,
            "unit_price": -cents / 100 if number % 50 == 0 else cents / 100,
        }


def _orders(random: Random, scale: int) -> Iterator[Row]:
    for number in range(1, ORDERS * scale + 1):
        day = _FIRST_DAY + timedelta(days=random.randrange(_DAYS))
        status = random.choice(_STATUSES)
        row = {
            "order_id": number,
            "customer_id": random.randint(1, CUSTOMERS * scale),
            "order_date": f"{day.isoformat()} 00:00:00" if number % 20 == 0 else day.isoformat(),
            "status": f"{status.title()} " if number % 12 == 0 else status,
        }
        yield row
        if number % REPEATED == 0:
            yield row


def _order_items(random: Random, scale: int) -> Iterator[Row]:
    number = 0
    for order in range(1, ORDERS * scale + 1):
        for _ in range(ITEMS_OF_ORDER[order % len(ITEMS_OF_ORDER)]):
            number += 1
            quantity = random.randint(1, 5)
            row = {
                "order_item_id": number,
                "order_id": order,
                "product_id": random.randint(1, PRODUCTS * scale),
                "quantity": -quantity if number % 90 == 0 else 0 if number % 125 == 0 else quantity,
                "unit_price": random.randrange(199, 19999) / 100,
            }
            yield row
            if number % REPEATED == 0:
                yield row
