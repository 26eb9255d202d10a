"""The shop's data: the same everywhere, whole in its keys, dirty where the README says so."""

import hashlib
import json

import pytest

from demo.data import TABLES, generate


def ids(table, column, scale=1):
    return [row[column] for row in generate(table, scale)]


def test_the_rows_are_the_same_on_every_machine():
    digest = hashlib.sha256(json.dumps([generate(table) for table in TABLES]).encode()).hexdigest()
    assert digest.startswith("cd994cf772964fe9")


@pytest.mark.parametrize("scale", [1, 3])
def test_scale_multiplies_the_rows(scale):
    counts = {table: len(generate(table, scale)) for table in TABLES}
    assert counts == {
        "raw_customers": 1000 * scale,
        "raw_products": 100 * scale,
        "raw_orders": 3030 * scale,
        "raw_order_items": 7575 * scale,
    }


def test_another_seed_gives_other_rows():
    assert generate("raw_orders", seed=1) != generate("raw_orders", seed=2)


@pytest.mark.parametrize(
    ("table", "column", "parent"),
    [
        ("raw_orders", "customer_id", "raw_customers"),
        ("raw_order_items", "order_id", "raw_orders"),
        ("raw_order_items", "product_id", "raw_products"),
    ],
)
@pytest.mark.parametrize("scale", [1, 2])
def test_every_foreign_key_has_its_row(table, column, parent, scale):
    assert set(ids(table, column, scale)) <= set(ids(parent, column, scale))


def test_no_two_customers_share_a_key_and_no_two_an_email_once_cleaned():
    customers = generate("raw_customers")
    assert len({row["customer_id"] for row in customers}) == 1000
    assert len({row["email"].strip().lower() for row in customers}) == 1000


@pytest.mark.parametrize(
    ("table", "is_dirty", "rows"),
    [
        ("raw_customers", lambda row: row["name"] != row["name"].strip(), 27),
        ("raw_customers", lambda row: row["email"] != row["email"].strip().lower(), 100),
        ("raw_customers", lambda row: row["country"] is None, 30),
        ("raw_customers", lambda row: row["country"] and row["country"].islower(), 43),
        ("raw_customers", lambda row: row["segment"].isupper(), 66),
        ("raw_products", lambda row: row["name"] != row["name"].strip(), 4),
        ("raw_products", lambda row: row["category"] != row["category"].strip().lower(), 12),
        ("raw_products", lambda row: row["unit_price"] < 0, 2),
        ("raw_orders", lambda row: len(row["order_date"]) > 10, 180),
        ("raw_orders", lambda row: row["status"] != row["status"].strip().lower(), 260),
        ("raw_order_items", lambda row: row["quantity"] < 0, 91),
        ("raw_order_items", lambda row: row["quantity"] == 0, 71),
    ],
)
def test_dirty_rows_are_as_many_as_the_readme_says(table, is_dirty, rows):
    assert sum(bool(is_dirty(row)) for row in generate(table)) == rows


@pytest.mark.parametrize(
    ("table", "key", "twice"), [("raw_orders", "order_id", 30), ("raw_order_items", "order_item_id", 75)]
)
def test_repeated_rows_are_the_same_in_every_column(table, key, twice):
    rows = generate(table)
    different = {json.dumps(row) for row in rows}
    assert len(rows) - len(different) == twice
    assert len({row[key] for row in rows}) == len(different)
