"""Tags and contracts become labels and links that Allure's users know; the history id holds everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.allure.labels import history_id, labels, links


def told(*tags: str, contracts: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return labels(feature="Lake", scenario="It is there", tags=tags, contracts=contracts)


def test_the_stage_is_the_epic():
    assert ("epic", "bronze") in told("bronze", "smoke")
    assert ("epic", "other") in told("smoke")
    assert {("feature", "Lake"), ("story", "It is there")} <= set(told())


@pytest.mark.parametrize(
    ("tags", "severity"),
    [((), "normal"), (("smoke",), "critical"), (("smoke", "severity:minor"), "minor"), (("severity:bad",), "normal")],
)
def test_severity_is_one_that_allure_knows(tags, severity):
    assert [value for name, value in told(*tags) if name == "severity"] == [severity]


def test_tags_with_values_are_labels_of_their_kind():
    assert {("owner", "lake-team"), ("fault", "grant-revoked"), ("req", "F-12")} <= set(
        told("owner:lake-team", "fault:grant-revoked", "req:F-12")
    )


def test_contracts_are_labels_with_the_systems_that_they_are_about():
    found = told(contracts=("catalog.healthy", "catalog.probe-table", "lineage.complete"))
    assert [value for name, value in found if name == "system"] == ["catalog", "lineage"]
    assert ("contract", "catalog.probe-table") in found


def test_links_come_from_patterns_or_are_urls_themselves():
    patterns = {"issue": "https://example.org/issues/{}"}
    assert links(["issue:41", "req:F-12", "smoke"], patterns) == [("issue", "https://example.org/issues/41", "41")]
    assert links(["req:https://example.org/F-12"], {}) == [
        ("tms", "https://example.org/F-12", "https://example.org/F-12")
    ]


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4), st.randoms())
def test_the_history_id_does_not_depend_on_the_order_of_an_example(example, random):
    shuffled = list(example.items())
    random.shuffle(shuffled)
    assert history_id("a::b", example) == history_id("a::b", dict(shuffled))
    assert history_id("a::b", {**example, "another column": 1}) != history_id("a::b", example)
