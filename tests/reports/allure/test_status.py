"""A failure is put down to the platform, the environment, the harness, or to nothing named: one category each."""

import json
import re
from pathlib import Path

import pytest

from harness.contracts import Breach
from harness.contracts.registry import all_contracts
from harness.errors import HarnessError, Unreachable
from reports.allure.status import headline

CATEGORIES = json.loads((Path(__file__).parents[3] / "reports" / "allure" / "categories.json").read_text())
CONTRACT = next(one for one in all_contracts() if one.id == "catalog.namespace-located")


@pytest.mark.parametrize(
    ("error", "status", "category"),
    [
        (Breach("no namespace\nat all").of(CONTRACT), "failed", "Platform: a contract is broken"),
        (Unreachable("Polaris is gone"), "broken", "Environment"),
        (HarnessError("odd"), "broken", "Harness"),
        (KeyError("x"), "broken", "Harness"),
        (AssertionError("1 == 2"), "failed", "Unnamed cause"),
        (Breach("of no contract"), "failed", "Unnamed cause"),
    ],
)
def test_each_failure_is_of_one_category(error, status, category):
    message = headline(error)
    assert "\n" not in message
    matching = [
        one["name"]
        for one in CATEGORIES
        if status in one.get("matchedStatuses", ()) and re.fullmatch(one["messageRegex"], message)
    ]
    assert matching == [category]
