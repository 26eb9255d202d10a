"""dbt projects and Cube models that are written in another way raise no alarm."""

import shutil
from dataclasses import replace

import pytest

from tests.harness.contracts.load.test_demo_mutations import CUSTOMERS, MARTS, ORDERS, PROFILE, REVENUE, STG_ORDERS

PROJECT = "dbt/dbt_project.yml"
SOURCES = "dbt/models/sources.yml"

HARMLESS = {
    "a schema of the model's own": (REVENUE, "select\n", "{{ config(schema='gold') }}\nselect\n"),
    "a condition": (
        REVENUE,
        "group by all",
        "{% if target.name == 'x' %} {{ ref('nowhere') }} {% endif %} group by all",
    ),
    "a macro": (REVENUE, "orders.order_date,", "{{ dated('orders.order_date') }} as order_date,"),
    "a comment": (REVENUE, "select\n", "{# {{ ref('nowhere') }} #}\nselect\n"),
    "a reference with a version": (REVENUE, 'ref("stg_orders")', 'ref("stg_orders", v=1)'),
    "a reference with the project's name": (REVENUE, 'ref("stg_orders")', "ref('demo', 'stg_orders')"),
    "single quotes": (STG_ORDERS, '"bronze", "raw_orders"', "'bronze', 'raw_orders'"),
    "another expression of the same": (
        STG_ORDERS,
        "order_date::timestamp::date",
        "cast(cast(order_date as timestamp) as date)",
    ),
    "a function that DuckDB has not": (STG_ORDERS, "lower(trim(status))", "my_own_udf(status)"),
    "a column of the YAML without a test": (
        MARTS,
        "      - name: units\n",
        "      - name: note\n      - name: units\n",
    ),
    "a source elsewhere": (SOURCES, "sources:\n", "sources:\n  - name: erp\n    tables: [{name: sheets}]\n"),
    "a source's schema written out": (SOURCES, "\"{{ var('bronze') }}\"", "bronze"),
    "a variable that nobody knows": (SOURCES, "\"{{ var('bronze') }}\"", "\"{{ env_var('RAW') }}\""),
    "a secret setting when it connects": (PROFILE, "allow_persistent_secrets", "secret_directory"),
    "a setting that is none of secrets": (
        PROFILE,
        "      threads: 2",
        "      settings: {timezone: UTC}\n      threads: 2",
    ),
    "the warehouse attached": (
        PROFILE,
        "      threads: 2",
        "      attach: [{path: demo_catalog, alias: lake, type: iceberg}]\n      threads: 2",
    ),
    "a warehouse of the environment": (
        PROFILE,
        "      threads: 2",
        "      attach: [{path: \"{{ env_var('W') }}\", alias: lake, type: iceberg}]\n      threads: 2",
    ),
    "tests that stand in a list of the older kind": (MARTS, "data_tests: [not_null]", "tests: [not_null]"),
    "another member": (CUSTOMERS, "  measures: {", "  measures: {\n    highest: { sql: `revenue`, type: `max` },"),
    "a filter of Cube's": (
        ORDERS,
        "o.status NOT IN",
        "${FILTER_PARAMS.orders.status.filter('o.status')} AND o.status NOT IN",
    ),
    "a cube that extends": (CUSTOMERS, "sql_table: ", "extends: base, sql_table: "),
    "members from elsewhere": (CUSTOMERS, "  measures: {", "  measures: {\n    ...shared,"),
    "a table elsewhere": (CUSTOMERS, 'lake."${gold}".mart_customer_orders', "erp.public.customers"),
    "a table in another catalog's alias": (CUSTOMERS, 'lake."${gold}"', 'demo_catalog."${gold}"'),
    "a table without a catalog": (CUSTOMERS, 'lake."${gold}"', "${gold}"),
    "camel case": (CUSTOMERS, "sql_table", "sqlTable"),
    "a column in upper case": (CUSTOMERS, "sql: `country`", "sql: `COUNTRY`"),
    "a path of joins": (ORDERS, "customers.country, products", "orders.customers.country, products"),
    "a regular expression": (ORDERS, "const newestSnapshots", "const odd = /[(]/;\nconst newestSnapshots"),
}


@pytest.mark.parametrize(("file", "old", "new"), HARMLESS.values(), ids=HARMLESS)
def test_another_way_raises_no_alarm(demo, roots, file, old, new):
    path = demo.dagster.parent / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    project = replace(
        demo, dagster=None, dbt=demo.dbt if "dbt/" in file else None, cube=demo.cube if "cube/" in file else None
    )
    assert [str(breach) for _, breach in roots(project)] == []


YAML_MODEL = """
cubes:
  - name: customers
    sql_table: lake.gold.mart_customer_orders
    joins:
      - {name: products, relationship: one_to_many, sql: "{CUBE}.customer_id = {products}.product_id"}
    dimensions:
      - {name: customer_id, sql: customer_id, type: number, primary_key: true}
      - {name: country, sql: "{CUBE}.country", type: string}
    measures:
      - {name: count, type: count}
      - {name: revenue, sql: revenue, type: sum}
      - {name: mean, sql: "{revenue} / {CUBE.count}", type: number}
    pre_aggregations:
      - {name: main, measures: [CUBE.revenue], dimensions: [country, products.category]}
  - name: products
    sql: SELECT product_id, category FROM lake.gold.mart_product_performance
    dimensions: [{name: category, sql: category, type: string}]
views:
  - {name: shop, cubes: [{join_path: customers, includes: "*"}]}
"""


@pytest.mark.parametrize(
    ("old", "new", "contract"),
    [
        ("", "", None),
        ("gold.mart_customer_orders", "gold.mart_customers", "semantic.tables-exist"),
        ('sql: "{CUBE}.country"', 'sql: "{CUBE}.land"', "semantic.columns-exist"),
        ("SELECT product_id, category", "SELECT product_id, kind", "semantic.columns-exist"),
        ("{revenue} / {CUBE.count}", "{revenue} / {CUBE.number}", "semantic.members-exist"),
        ("products.category]", "products.kind]", "semantic.members-exist"),
        ("joins:\n      - {name: products", "joins:\n      - {name: product", "semantic.joins-exist"),
        ("cubes:\n  - name: customers", "cubes:\n  - name: [", "semantic.model-readable"),
        ("name: count, type", "name: '{{ name }}', type", None),
    ],
)
def test_a_model_in_yaml_is_read_as_one_in_javascript(declared, roots, tmp_path, old, new, contract):
    folder = tmp_path / "cube" / "model"
    folder.mkdir(parents=True)
    (folder / "shop.yml").write_text(YAML_MODEL.replace(old, new, 1) if old else YAML_MODEL)
    semantic = declared.expectations.semantic.model_copy(update={"cubes": {}})
    expectations = declared.expectations.model_copy(update={"semantic": semantic})
    found = roots(replace(declared, cube=tmp_path / "cube", expectations=expectations))
    assert [name for name, _ in found] == ([contract] if contract else []), [str(breach) for _, breach in found]


def test_two_models_of_one_name_are_named_with_both_files(demo, roots):
    models = demo.dbt / "models"
    shutil.copy(models / "marts" / "mart_revenue.sql", models / "staging" / "mart_revenue.sql")
    found = roots(replace(demo, dagster=None, cube=None))
    assert "transform.models-unique" in [contract for contract, _ in found]
    assert "marts/mart_revenue.sql" in str(found[0][1])
    assert "staging/mart_revenue.sql" in str(found[0][1])


def test_a_declared_table_without_a_model_is_named(demo, roots):
    (demo.dbt / "models" / "marts" / "mart_revenue.sql").rename(demo.dbt / "models" / "marts" / "mart_revenues.sql")
    ((contract, breach),) = roots(replace(demo, dagster=None, cube=None))
    assert contract == "transform.models-declared"
    assert "did you mean 'mart_revenues'?" in str(breach)


def test_without_a_macro_of_its_own_dbt_puts_the_target_s_schema_before_the_layer(demo, roots):
    (demo.dbt / "macros" / "generate_schema_name.sql").unlink()
    found = roots(replace(demo, dagster=None, cube=None))
    assert {contract for contract, _ in found} == {"transform.schemas-are-namespaces"}
    assert any("goes to 'main_gold'" in str(breach) for _, breach in found)


def test_a_folder_that_is_no_dbt_project_is_told(declared, roots, tmp_path):
    ((contract, breach),) = roots(replace(declared, dbt=tmp_path))
    assert contract == "transform.project-readable"
    assert "dbt_project.yml" in str(breach)
