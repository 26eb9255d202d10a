"""The reference platform's features and expectations speak of the same things."""

from pathlib import Path

import pytest
from pytest_bdd.feature import get_feature

from harness.expectations import load_expectations

ROOT = Path(__file__).parents[2]
FEATURES = ROOT / "features"


@pytest.fixture(scope="module")
def expected():
    return load_expectations(ROOT / "demo" / "expectations.yaml")


def examples(file: str, column: str) -> set[str]:
    """Return what a feature's outlines name in a column."""
    feature = get_feature(str(FEATURES), file)
    tables = [table for scenario in feature.scenarios.values() for table in scenario.examples]
    return {row[column] for table in tables for row in table.as_contexts() if column in row}


def test_every_raw_table_is_looked_at(expected):
    assert examples("write_bronze.feature", "table") == set(expected.raw)


def test_every_reference_is_looked_at(expected):
    columns = {column for table in expected.tables.values() for column in table.references}
    assert examples("write_bronze.feature", "column") == columns


def test_every_built_table_is_looked_at(expected):
    assert examples("run_dbt.feature", "table") == set(expected.derived)


def test_every_question_is_asked(expected):
    assert examples("query_cube.feature", "question") == set(expected.semantic.questions)


def test_every_change_is_made(expected):
    assert examples("query_cube.feature", "change") == set(expected.semantic.changes)


def test_every_schema_of_the_lineage_store_is_looked_at(expected):
    assert examples("find_lineage.feature", "table") == set(expected.tables)


def test_the_graph_of_every_final_table_is_looked_at(expected):
    used = {name for table in expected.tables.values() for name in table.inputs}
    assert examples("find_lineage.feature", "mart") == set(expected.tables) - used


def test_every_cube_is_asked_for_measures_that_it_must_have(expected):
    asked = {measure for question in expected.semantic.questions.values() for measure in question.query["measures"]}
    assert {measure.partition(".")[0] for measure in asked} == set(expected.semantic.cubes)
    for measure in asked:
        cube, _, name = measure.partition(".")
        assert name in expected.semantic.cubes[cube]
