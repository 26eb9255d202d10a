"""The graph of the live contracts: whatever shows of a cause, the cause is the one root.

The checks are replaced by what they would find; the graph, the cases and their subjects are the real ones.
"""

from dataclasses import replace

import pytest

from harness.contracts import Breach, Target, all_contracts
from harness.contracts.registry import Stage, contracts_of
from harness.diagnosis import evaluate

# Of the stages after init, what needs no data, but a system that works.
NO_DATA = {"transform.graph-equals-manifest", "semantic.cubes-listed", "semantic.no-token-refused"}
NO_DATA |= {"semantic.bad-query-refused", "traces.canary", "lineage.canary"}


def of_data(id):
    """Return whether a contract is about data that the pipeline makes."""
    return id.startswith(("bronze.", "transform.", "semantic.", "traces.", "lineage.")) and id not in NO_DATA


def roots(probe, broken):
    """Return the roots when a contract is broken on every case for which `broken` is true."""

    def seen(contract):
        def check(target, **params):
            if broken(contract, params):
                raise Breach("it shows")

        return replace(contract, check=check)

    found = evaluate([seen(contract) for contract in contracts_of(Target.STACK)], {Target.STACK: probe})
    return {(root.contract.id, root.subject) for root in found.roots}


def test_nothing_is_named_when_nothing_is_broken(probe):
    assert roots(probe, lambda contract, params: False) == set()


@pytest.mark.parametrize(
    "id", sorted(c.id for c in all_contracts() if c.takes is Target.STACK and c.stage is Stage.INIT)
)
def test_what_is_broken_at_the_start_is_not_told_again_further_down(probe, id):
    """A contract of stage init, and everything that requires it."""
    behind = {id}
    for contract in contracts_of(Target.STACK):
        if behind & set(contract.requires):
            behind.add(contract.id)
    found = roots(probe, lambda contract, params: contract.id in behind)
    assert {root for root, _ in found} == {id}


DATA = "all that is about data"
# The one root, and what shows of it: beginnings of ids.
CAUSES = {
    "the store is dead": ("object-store.running", ("object-store.", "catalog.probe-table", DATA)),
    "the catalog is dead": ("catalog.running", ("catalog.", "object-store.assumes-role", DATA)),
    "the database is dead, and with it those that keep their state there": (
        "database.running",
        ("database.", "orchestrator.", "lineage-store.", "lineage.", DATA),
    ),
    "the code server is dead": (
        "orchestrator.code-running",
        (
            *("orchestrator.code", "orchestrator.location", "orchestrator.assets", "orchestrator.jobs"),
            *("bronze.run", "transform.run", "transform.graph"),
        ),
    ),
    "the daemon is dead": ("orchestrator.daemon-running", ("orchestrator.daemon", "bronze.run", "transform.run")),
    "the semantic layer is dead": (
        "semantic-layer.running",
        (
            *("semantic-layer.", "semantic.cubes", "semantic.questions", "semantic.answer", "semantic.no-token"),
            *("semantic.bad-query", "traces.services", "traces.tables", "lineage.queries"),
        ),
    ),
    "the refresh worker is dead": ("refresh-worker.running", ("refresh-worker.", "semantic.rollup")),
    "the trace store is dead": ("trace-store.running", ("trace-store.", "traces.")),
    "the lineage store is dead": ("lineage-store.running", ("lineage-store.", "lineage.")),
    "the grants are gone": (
        "catalog.principal-granted",
        (
            *("catalog.principal", "catalog.namespace", "catalog.warehouse-is-no-prefix", "catalog.probe-table"),
            *("bronze.tables-there", "semantic.cubes-answer", "semantic.answer"),
        ),
    ),
    "the trace lacks a service": ("traces.services-observed", ("traces.services", "traces.parents", "traces.tables")),
    "the semantic layer cannot read the lake": (
        "semantic.cubes-answer",
        ("semantic.cubes-answer", "semantic.answer", "semantic.rollup"),
    ),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_is_named_once_whatever_shows_of_it(probe, cause):
    root, shows = CAUSES[cause]
    found = roots(probe, lambda c, params: c.id.startswith(shows) or (DATA in shows and of_data(c.id)))
    assert {id for id, _ in found} == {root}


def test_a_table_that_is_gone_takes_along_what_is_made_from_it_and_nothing_else(probe):
    def shows(contract, params):
        if contract.id == "bronze.tables-there":
            raise Breach("there is no table", subject="bronze/raw_products")
        about = (params.get("table"), params.get("column"))
        if contract.id.startswith("bronze."):
            return about in (("raw_products", None), ("raw_order_items", "product_id"))
        return contract.id == "transform.content" and about[0] in ("stg_products", "mart_product_performance")

    assert roots(probe, shows) == {("bronze.tables-there", "bronze/raw_products")}


def test_a_namespace_that_is_gone_leaves_the_other_layers_to_be_judged(probe):
    def gone(contract, params):
        return (contract.id == "catalog.namespace-located" and params["namespace"] == "gold") or (
            contract.id == "bronze.rows" and params["table"] == "raw_orders"
        )

    assert roots(probe, gone) == {("catalog.namespace-located", "gold"), ("bronze.rows", "bronze/raw_orders")}


def test_a_model_that_is_wrong_is_the_root_of_the_marts_that_are_made_from_it(probe):
    wrong = ("stg_orders", "mart_revenue", "mart_customer_orders", "mart_product_performance")

    def broken(contract, params):
        return contract.id == "transform.content" and params["table"] in wrong

    assert roots(probe, broken) == {("transform.content", "silver/stg_orders")}


def test_every_contract_of_a_running_platform_finds_what_it_is_about(probe):
    for contract in contracts_of(Target.STACK):
        assert contract.applies(probe) is None, contract.id
        assert list(contract.each(probe)), contract.id
