"""A run with --alluredir leaves results that name steps, examples, labels, the cause, and the pages of failures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.evidence.record import Record
from reports.viewer import page

PROJECT = Path(__file__).parents[3]
CONFTEST = """
from fixtures import pytest_plugins
from harness.contracts import Breach
from harness.contracts.registry import all_contracts
from harness.errors import Unreachable
from pytest_bdd import parsers, then

@then(parsers.parse("{number:d} is below {limit:d}"))
def below(number, limit):
    assert number < limit

@then("the namespace is there")
def namespace():
    contract = next(one for one in all_contracts() if one.id == "catalog.namespace-located")
    raise Breach("there is no namespace 'gold', password=hunter2hunter2").of(contract)

@then("the catalog answers")
def answers():
    raise Unreachable("the catalog is gone")
"""
FEATURE = """@preflight
Feature: A lake
  Scenario Outline: Numbers
    Then <number> is below <limit>

    Examples:
      | number | limit |
      | 1      | 7     |
      | 2      | 7     |

  @severity:blocker @owner:lake-team @issue:41
  Scenario: Broken
    Then 1 is below 2
    And the namespace is there
    And 1 is below 3

  Scenario: Gone
    Then the catalog answers
"""
PROPERTY = "def test_a_property():\n    pass\n"


@pytest.fixture(scope="module", params=[(), ("-n", "2")], ids=["alone", "with workers"])
def folder(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("run")
    files = {"conftest.py": CONFTEST, "lake.feature": FEATURE, "test_property.py": PROPERTY, "pytest.ini": "[pytest]\n"}
    for name, text in files.items():
        (root / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:anyio", "-q", *request.param]
    command += ["--alluredir=allure", "--allure-link-pattern=issue:https://example.org/{}", "."]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return root / "allure"


@pytest.fixture
def results(folder) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for file in folder.glob("*-result.json"):
        result = json.loads(file.read_text())
        found.setdefault(result["fullName"].rpartition("::")[2].rpartition("#")[2], []).append(result)
    return found


def values(result: dict, name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def test_examples_are_parameters_and_each_has_its_own_history(results):
    numbers = results["Numbers"]
    said = [{p["name"]: p["value"] for p in r["parameters"] if not p.get("excluded")} for r in numbers]
    assert sorted(s["number"] for s in said) == ["1", "2"]
    assert all(s["limit"] == "7" for s in said)
    assert len({r["historyId"] for r in numbers}) == 2
    assert len({r["testCaseId"] for r in numbers}) == 1
    environments = [p for r in numbers for p in r["parameters"] if p["name"] == "environment"]
    assert all(p["excluded"] for p in environments)


def test_a_breach_is_failed_and_the_environment_is_broken(results):
    (broken,), (gone,) = results["Broken"], results["Gone"]
    assert broken["status"] == "failed"
    assert broken["statusDetails"]["message"].startswith("catalog.namespace-located broken at stage init")
    assert gone["status"] == gone["steps"][0]["status"] == "broken"
    assert gone["statusDetails"]["message"].startswith("ENV Unreachable")


def test_steps_have_their_times_and_end_where_it_failed(results):
    (broken,) = results["Broken"]
    assert [step["status"] for step in broken["steps"]] == ["passed", "failed", "skipped"]
    assert broken["steps"][0]["name"] == "Then 1 is below 2"
    assert broken["start"] <= broken["steps"][0]["start"] <= broken["steps"][0]["stop"] <= broken["stop"]


def test_tags_are_labels_and_links(results):
    (broken,) = results["Broken"]
    assert values(broken, "severity") == ["blocker"]
    assert values(broken, "owner") == ["lake-team"]
    assert values(broken, "epic") == values(broken, "stage") == ["preflight"]
    assert [link["url"] for link in broken["links"]] == ["https://example.org/41"]


def test_failures_alone_carry_their_page_as_the_run_was_judged(folder, results):
    (broken,) = results["Broken"]
    by_name = {each["name"]: folder / each["source"] for each in broken["attachments"]}
    record = Record.model_validate_json(
        next((folder.parent / ".harness" / "results" / "failures").glob("lake-broken-*.json")).read_text()
    )
    assert record.judged
    assert by_name["failure page"].read_text() == page(record)
    assert "catalog.namespace-located" in by_name["diagnosis"].read_text()
    assert all("attachments" not in result for result in results["Numbers"])


def test_other_tests_are_in_the_same_report(results):
    assert results["test_a_property"][0]["status"] == "passed"


def test_no_secret_is_in_the_results(folder):
    assert not [file for file in folder.iterdir() if b"hunter2" in file.read_bytes()]


def test_the_run_is_described(folder):
    told = (folder / "environment.properties").read_text()
    assert "environment=" in told
    assert "machine=" in told
    assert json.loads((folder / "executor.json").read_text())["name"]
    assert json.loads((folder / "categories.json").read_text())
