"""One small change of the demo a case: the contract that must name it names it, alone, at its place."""

from dataclasses import dataclass, replace

import pytest


@dataclass(frozen=True)
class Change:
    """In `file`, `old` becomes `new`; then `contract` is broken at `where` (a file and, where it can, a line)."""

    contract: str
    file: str
    old: str
    new: str
    says: str
    where: str = ""


BRONZE = "pipeline/bronze.py"
SCHEDULES = "pipeline/schedules.py"
ORDERS = "cube/model/orders.js"
CUSTOMERS = "cube/model/customers.js"
STG_ORDERS = "dbt/models/staging/stg_orders.sql"
REVENUE = "dbt/models/marts/mart_revenue.sql"
MARTS = "dbt/models/marts/marts.yml"
PROFILE = "dbt/profiles.yml"

CHANGES = [
    # the seed's faults 4, 5 and 6
    Change(
        "orchestrator.resources-declared",
        BRONZE,
        '"settings", "lake", "orchestrator"}',
        '"settings", "lake"}',
        "Unknown resource `orchestrator`",
        f"{BRONZE}:26",
    ),
    Change(
        "orchestrator.resources-declared-once",
        BRONZE,
        "def raw(context: dg.AssetExecutionContext)",
        "def raw(context: dg.AssetExecutionContext, more: dg.ResourceParam[str])",
        "Cannot specify resource requirements in both @asset decorator",
        f"{BRONZE}:24",
    ),
    Change(
        "orchestrator.resource-keys-valid",
        "pipeline/resources.py",
        '"lake": lake, "orchestrator": orchestrator}',
        '"lake": lake, "orchestrator": orchestrator, "_spare": lake}',
        "ValueError: Field names cannot start with an underscore: '_spare'",
        "pipeline/resources.py",
    ),
    Change(
        "orchestrator.asset-run-calls-bind",
        BRONZE,
        'asset_run(name, outputs=[table], attributes={"lake.layer": "bronze"})',
        "asset_run(context=context, asset_key=name)",
        "TypeError: got an unexpected keyword argument 'context'",
        f"{BRONZE}:26",
    ),
    Change(
        "orchestrator.asset-run-calls-bind",
        BRONZE,
        "asset_run(name, outputs=[table]",
        "asset_run(name, context=context, outputs=[table]",
        "TypeError: got an unexpected keyword argument 'context'",
        f"{BRONZE}:26",
    ),
    Change(
        "orchestrator.asset-run-calls-bind",
        "pipeline/orchestrator.py",
        "        name: str,\n        outputs",
        "        name: str,\n        layer: str,\n        outputs",
        "missing a required argument: 'layer'",
        BRONZE,
    ),
    # Dagster
    Change("orchestrator.code-readable", SCHEDULES, "import os", "import os os", "SyntaxError", f"{SCHEDULES}:5"),
    Change(
        "orchestrator.resources-declared",
        "pipeline/housekeeping.py",
        "context.resources.lake",
        "context.resources.lakes",
        "did you mean 'lake'?",
        "pipeline/housekeeping.py:13",
    ),
    Change(
        "orchestrator.resources-declared",
        "pipeline/resources.py",
        '{"settings", "lake"})',
        '{"settings"})',
        "orchestrator",
        "pipeline/resources.py:",
    ),
    Change(
        "orchestrator.resources-provided",
        "pipeline/resources.py",
        '"lake": lake, ',
        "",
        "which nothing provides",
        "pipeline/",
    ),
    Change(
        "orchestrator.asset-keys-unique",
        "pipeline/definitions.py",
        "assets=[*ASSETS,",
        "assets=[*ASSETS, ASSETS[0], *ASSETS[:1],",
        "",
        "",
    ),
    Change(
        "orchestrator.asset-keys-unique",
        "pipeline/bronze.py",
        "for name in TABLES]",
        "for name in (*TABLES, TABLES[0])]",
        "",
        "",
    ),
    Change(
        "orchestrator.asset-inputs-exist",
        BRONZE,
        "def raw(context: dg.AssetExecutionContext)",
        "def raw(context: dg.AssetExecutionContext, raw_custmers)",
        "did you mean 'raw_customers'?",
        f"{BRONZE}:24",
    ),
    Change(
        "orchestrator.asset-inputs-exist",
        BRONZE,
        '        kinds={"iceberg"},',
        '        kinds={"iceberg"}, deps=["raw_x"],',
        "is not made from what is declared of it",
        f"{BRONZE}:24",
    ),
    Change(
        "orchestrator.job-assets-exist",
        "pipeline/jobs.py",
        "AssetSelection.assets(*TABLES)",
        'AssetSelection.assets(*TABLES, "raw_order")',
        "did you mean 'raw_orders'?",
        "pipeline/jobs.py:10",
    ),
    Change(
        "orchestrator.job-assets-exist",
        "pipeline/jobs.py",
        "selection=dg.AssetSelection.all()",
        'selection=["mart_revenues"]',
        "did you mean 'mart_revenue'?",
        "pipeline/jobs.py:17",
    ),
    Change(
        "orchestrator.triggers-name-jobs",
        SCHEDULES,
        "@dg.sensor(job=demo_pipeline,",
        '@dg.sensor(job_name="demo_pipelin",',
        "did you mean 'demo_pipeline'?",
        f"{SCHEDULES}:20",
    ),
    Change("orchestrator.cron-valid", SCHEDULES, '"*/5 * * * *"', '"*/5 * * *"', "4 fields, not 5", f"{SCHEDULES}:14"),
    Change(
        "orchestrator.jobs-declared", SCHEDULES, '"*/5 * * * *"', '"*/50 * * * *"', "another cron", f"{SCHEDULES}:14"
    ),
    Change(
        "orchestrator.jobs-declared",
        SCHEDULES,
        'name="demo_pipeline_schedule"',
        'name="demo_schedule"',
        "is not in the code",
        "",
    ),
    Change(
        "orchestrator.jobs-declared",
        "pipeline/definitions.py",
        "jobs=[seed_bronze, demo_pipeline, maintenance]",
        "jobs=[seed_bronze, demo_pipeline]",
        "the job 'maintenance'",
        "pipeline/definitions.py",
    ),
    Change(
        "orchestrator.jobs-declared",
        SCHEDULES,
        "import demo_pipeline",
        "import maintenance as demo_pipeline",
        "starts another job",
        f"{SCHEDULES}:20",
    ),
    # dbt
    Change("transform.project-readable", MARTS, "models:", "models: [", "not YAML", MARTS),
    Change(
        "transform.project-readable",
        "dbt/dbt_project.yml",
        "name: demo",
        "name: demo\n\t- x",
        "not YAML",
        "dbt_project.yml:2",
    ),
    Change(
        "transform.references-resolve",
        REVENUE,
        'ref("stg_orders")',
        'ref("stg_order")',
        "did you mean 'stg_orders'?",
        f"{REVENUE}:8",
    ),
    Change(
        "transform.references-resolve",
        STG_ORDERS,
        '"bronze", "raw_orders"',
        '"brnze", "raw_orders"',
        "",
        f"{STG_ORDERS}:7",
    ),
    Change(
        "transform.references-resolve",
        MARTS,
        "ref('stg_customers')",
        "ref('customers')",
        "names the model 'customers'",
        f"{MARTS}:16",
    ),
    Change(
        "transform.models-declared",
        REVENUE,
        'join {{ ref("stg_products") }} as products using (product_id)',
        "",
        "is not made from",
        REVENUE,
    ),
    Change(
        "transform.sources-are-assets",
        "dbt/models/sources.yml",
        "raw_products",
        "raw_produce",
        "did you mean 'raw_products'?",
        "sources.yml:10",
    ),
    Change(
        "transform.sources-are-assets",
        "dbt/models/sources.yml",
        "var('bronze')",
        "var('silver')",
        "lies in another layer",
        "sources.yml:",
    ),
    Change(
        "transform.sources-are-assets",
        "dbt/models/sources.yml",
        "\"{{ var('bronze') }}\"",
        "demo_catalog.bronze",
        "no layer's namespace",
        "sources.yml:",
    ),
    Change(
        "transform.schemas-are-namespaces",
        "dbt/dbt_project.yml",
        "+schema: gold",
        "+schema: silver",
        "goes to 'silver'",
        "marts/",
    ),
    Change(
        "transform.columns-exist",
        STG_ORDERS,
        "order_date::timestamp",
        "ordered_at::timestamp",
        "ordered_at",
        f"{STG_ORDERS}:5",
    ),
    Change(
        "transform.columns-declared",
        STG_ORDERS,
        "as order_date",
        "as ordered_on",
        "missing: order_date date",
        STG_ORDERS,
    ),
    Change(
        "transform.columns-declared",
        REVENUE,
        "::decimal(18, 2) as revenue",
        "::double as revenue",
        "missing: revenue decimal(18,2)",
        REVENUE,
    ),
    Change(
        "transform.tests-name-columns", MARTS, "- name: units", "- name: unit", "did you mean 'units'?", f"{MARTS}:29"
    ),
    Change(
        "transform.tests-name-columns", MARTS, "field: customer_id", "field: customer", "stg_customers", f"{MARTS}:"
    ),
    Change(
        "transform.secret-manager-set-first",
        PROFILE,
        'allow_persistent_secrets: "false"\n',
        'lock: "1"\n      settings:\n        allow_persistent_secrets: "true"\n',
        "Changing Secret Manager settings after the secret manager is used is not allowed!",
        f"{PROFILE}:",
    ),
    Change(
        "transform.profile-attaches-warehouse",
        PROFILE,
        "      threads: 2\n",
        "      threads: 2\n      attach:\n        - {path: demo_catlog, alias: lake, type: iceberg}\n",
        "did you mean 'demo_catalog'?",
        f"{PROFILE}:",
    ),
    # Cube
    Change("semantic.cubes-declared", CUSTOMERS, "segment: { sql", "segments: { sql", "customers.segment", CUSTOMERS),
    Change(
        "semantic.tables-exist",
        CUSTOMERS,
        ".mart_customer_orders",
        ".mart_customer_order",
        "did you mean",
        f"{CUSTOMERS}:5",
    ),
    Change(
        "semantic.tables-exist",
        ORDERS,
        'lake."${silver}".stg_orders AS o',
        'lake."${silver}".orders AS o',
        "orders",
        f"{ORDERS}:18",
    ),
    Change(
        "semantic.tables-exist",
        CUSTOMERS,
        'lake."${gold}"',
        'lake."${silver}"',
        "mart_customer_orders",
        f"{CUSTOMERS}:5",
    ),
    Change(
        "semantic.columns-exist", CUSTOMERS, "sql: `customer_name`", "sql: `full_name`", "full_name", f"{CUSTOMERS}:16"
    ),
    Change(
        "semantic.columns-exist",
        ORDERS,
        "o.order_date::TIMESTAMP",
        "o.ordered_at::TIMESTAMP",
        "ordered_at",
        f"{ORDERS}:16",
    ),
    Change(
        "semantic.columns-exist",
        ORDERS,
        "${customers}.customer_id",
        "${customers}.id",
        "orders.customers",
        f"{ORDERS}:23",
    ),
    Change(
        "semantic.joins-exist",
        ORDERS,
        "    products: { relationship",
        "    product: { relationship",
        "did you mean 'products'?",
        f"{ORDERS}:24",
    ),
    Change(
        "semantic.members-exist",
        ORDERS,
        "[CUBE.revenue, CUBE.units]",
        "[CUBE.revenue, CUBE.unit]",
        "orders.unit",
        f"{ORDERS}:45",
    ),
    Change(
        "semantic.members-exist",
        ORDERS,
        "customers.country, products",
        "customers.land, products",
        "customers.land",
        f"{ORDERS}:46",
    ),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change.contract}-{CHANGES.index(change)}")
def test_a_change_is_named_once_by_its_contract_at_its_place(demo, roots, change):
    file = demo.dagster.parent / change.file
    text = file.read_text()
    assert change.old in text
    file.write_text(text.replace(change.old, change.new))
    theme = change.file.partition("/")[0]
    project = replace(
        demo,
        dagster=demo.dagster if theme == "pipeline" else None,
        dbt=demo.dbt if theme != "cube" else None,
        cube=demo.cube if theme == "cube" else None,
    )
    found = roots(project)
    assert {contract for contract, _ in found} == {change.contract}
    assert any(change.says in str(breach) and change.where in str(breach.location) for _, breach in found), [
        str(breach) for _, breach in found
    ]
    assert all(breach.location.file.is_relative_to(demo.dagster.parent) for _, breach in found)


def test_the_demo_itself_keeps_every_contract(demo, roots):
    assert roots(demo) == []


def test_every_contract_is_broken_by_a_change_or_by_a_test_of_its_own():
    from harness.contracts.registry import Target, contracts_of

    elsewhere = {
        "orchestrator.definitions-load",  # test_loading.py
        "compiled.layers-carried",  # test_layers.py
        "transform.models-unique",  # test_harmless.py: it takes another file
        "semantic.model-readable",
    }
    assert {contract.id for contract in contracts_of(Target.CODE)} == {c.contract for c in CHANGES} | elsewhere
