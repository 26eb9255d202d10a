"""Actions on the tables of a lake change them and undo it, on PyIceberg tables of a catalog in a file."""

import json

import pyarrow as pa
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from harness.faults.live import Live
from harness.platform.problem import PlatformErrors

ROWS = {"id": [1, 2, 3], "word": ["a", "b", "c"]}


class OfTables:
    """What `Live` asks when a table is not there."""

    def __init__(self, catalog):
        self.namespaces = {"bronze": "bronze"}
        self.catalog = self
        self._tables = catalog

    def table_names(self, namespace):
        return [name for _, name in self._tables.list_tables(namespace)]


@pytest.fixture
def catalog(tmp_path):
    catalog = SqlCatalog("lake", uri=f"sqlite:///{tmp_path}/catalog.db", warehouse=f"file://{tmp_path}/lake")
    catalog.create_namespace("bronze")
    table = catalog.create_table("bronze.words", schema=pa.table(ROWS).schema)
    table.append(pa.table(ROWS))
    yield catalog
    catalog.close()


@pytest.fixture
def live(catalog):
    live = Live(OfTables(catalog), lambda *_: pytest.fail("no workload is changed"))
    live.__dict__["catalog"] = catalog
    return live


@pytest.fixture
def one(fault):
    return lambda action: fault(f"environments: [local]\nactions:\n  - {json.dumps(action)}\n")


def rows(catalog, name="bronze.words"):
    return catalog.load_table(name).scan().to_arrow().to_pydict()


def test_a_table_is_renamed_and_named_back(one, live, catalog):
    with one({"rename_table": "bronze.words", "to": "bronze.wrds"}).injected(live):
        assert catalog.list_tables("bronze") == [("bronze", "wrds")]
    assert catalog.list_tables("bronze") == [("bronze", "words")]


def test_a_column_is_renamed_and_named_back(one, live, catalog):
    with one({"rename_column": "word", "table": "bronze.words", "to": "term"}).injected(live):
        assert list(rows(catalog)) == ["id", "term"]
    assert rows(catalog) == ROWS


def test_rows_are_loaded_twice_and_rolled_back(one, live, catalog):
    with one({"repeat_rows": "bronze.words"}).injected(live):
        assert sorted(rows(catalog)["id"]) == [1, 1, 2, 2, 3, 3]
    assert rows(catalog) == ROWS


def test_rows_are_lost_and_rolled_back(one, live, catalog):
    with one({"lose_rows": "bronze.words", "keep": 1}).injected(live):
        assert rows(catalog) == {"id": [1], "word": ["a"]}
    assert rows(catalog) == ROWS


def test_a_fault_undoes_itself_when_what_looks_at_it_fails(one, live, catalog):
    def fail():
        with one({"repeat_rows": "bronze.words"}).injected(live):
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert rows(catalog) == ROWS


def test_what_was_done_is_undone_when_a_later_action_does_not_fit(fault, live, catalog):
    both = fault(
        "environments: [local]\nactions:\n"
        "  - {rename_table: bronze.words, to: bronze.wrds}\n"
        "  - {repeat_rows: bronze.words}\n"
    )
    with pytest.raises(PlatformErrors, match="cannot be injected") as told, both.injected(live):
        pass
    assert told.value.location.key == "actions.1.repeat_rows"
    assert rows(catalog) == ROWS


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"rename_table": "bronze.word", "to": "bronze.x"}, "did you mean 'bronze.words'?"),
        ({"rename_column": "wrd", "table": "bronze.words", "to": "x"}, "did you mean 'word'?"),
    ],
)
def test_an_action_that_does_not_fit_is_told(one, live, action, words):
    with pytest.raises(PlatformErrors) as told, one(action).injected(live):
        pass
    assert words in str(told.value)
