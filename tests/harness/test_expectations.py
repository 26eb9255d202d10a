from pathlib import Path

import duckdb
import pytest

from harness.errors import UsageError
from harness.expectations import in_lake, load_expectations

DEMO = Path(__file__).parents[2] / "demo" / "expectations.yaml"


@pytest.fixture
def demo():
    return load_expectations(DEMO)


def write(folder, change):
    file = folder / "expectations.yaml"
    file.write_text(change(DEMO.read_text()))
    return file


def test_the_demo_declares_eleven_tables_in_three_layers(demo):
    assert len(demo.tables) == 11
    assert {table.layer for table in demo.tables.values()} == {"bronze", "silver", "gold"}
    assert set(demo.raw) == {"raw_customers", "raw_products", "raw_orders", "raw_order_items"}
    assert len(demo.derived) == 7


def test_every_built_table_has_sql_that_duckdb_can_bind(demo):
    database = duckdb.connect()
    database.execute("ATTACH ':memory:' AS lake; CREATE SCHEMA lake.bronze")
    kinds = {"long": "BIGINT", "string": "VARCHAR", "double": "DOUBLE"}
    for name, table in demo.raw.items():
        columns = ", ".join(f"{column} {kinds[kind]}" for column, kind in table.columns.items())
        database.execute(f"CREATE TABLE lake.bronze.{name} ({columns})")
    for name, table in demo.derived.items():
        described = database.execute(f"DESCRIBE {demo.rule(name, {'bronze': 'bronze'})}").fetchall()
        assert [row[0] for row in described] == list(table.columns)


def test_the_demo_s_raw_rows_are_those_that_its_generator_makes(demo):
    from demo.data import generate

    for name, table in demo.raw.items():
        rows = generate(name)
        assert len(rows) == table.rows
        assert list(rows[0]) == list(table.columns)


def test_a_layer_s_name_stands_for_its_schema():
    assert in_lake("from {gold}.m, {silver}.s", {"gold": "mine", "silver": "s"}) == 'from lake."mine".m, lake."s".s'


def test_an_unknown_table_is_named_with_the_nearest(demo):
    with pytest.raises(UsageError, match="did you mean 'mart_revenue'"):
        demo.table("mart_revenues")


def test_an_input_that_is_no_table_is_refused(tmp_path):
    file = write(tmp_path, lambda text: text.replace("inputs: [raw_products]", "inputs: [raw_product]"))
    with pytest.raises(UsageError, match=r"tables\.stg_products names 'raw_product', which is no table"):
        load_expectations(file)


def test_an_unknown_key_is_named(tmp_path):
    file = write(tmp_path, lambda text: text.replace("    rows: 1000", "    row: 1000"))
    with pytest.raises(UsageError, match=r"tables\.raw_customers\.row"):
        load_expectations(file)


def test_what_is_no_yaml_is_refused(tmp_path):
    file = write(tmp_path, lambda text: "tables: [")
    with pytest.raises(UsageError, match="not YAML"):
        load_expectations(file)


def test_a_missing_file_says_what_to_write(tmp_path):
    with pytest.raises(UsageError, match="there is no expectations file"):
        load_expectations(tmp_path / "expectations.yaml")
