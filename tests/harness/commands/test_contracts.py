"""`harness contracts`: the list, the graph, and the page of the docs."""

import json
from pathlib import Path

from typer.testing import CliRunner

from harness.cli import app
from harness.contracts import all_contracts

ROOT = Path(__file__).parents[3]


def contracts(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["contracts", *arguments])
    assert result.exit_code == 0
    return result.output


def test_every_contract_is_listed_in_order():
    listed = [line.split()[1] for line in contracts().splitlines()]
    assert listed == [contract.id for contract in all_contracts()]
    assert len(listed) >= 60


def test_one_stage_can_be_asked_for():
    assert {line.split()[0] for line in contracts("--stage", "init").splitlines()} == {"init"}
    assert CliRunner().invoke(app, ["contracts", "--stage", "nowhere"]).exit_code == 2


def test_json_says_what_each_requires():
    said = {each["id"]: each for each in json.loads(contracts("--json"))}
    assert said["lineage.url-matches"]["requires"][0] == "lineage.url-is-base"
    assert said["lineage.url-matches"]["stage"] == "preflight"
    assert all(each["promise"] and each["mend"] for each in said.values())


def test_the_graph_has_every_contract_and_every_requirement():
    graph = contracts("--graph", "mermaid")
    every = all_contracts()
    assert graph.startswith("graph LR\n")
    assert graph.count(" --> ") == sum(len(contract.requires) for contract in every)
    assert all(f'["{contract.id}"]' in graph for contract in every)


def test_the_page_of_the_docs_is_current():
    written = (ROOT / "docs" / "contracts.md").read_text()
    assert written == contracts("--markdown"), "harness contracts --markdown > docs/contracts.md"
