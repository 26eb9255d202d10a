from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.contracts import Breach
from harness.contracts.compare import all_there, plain, same_columns, same_edges, same_names, same_rows
from harness.contracts.semantic import as_rows, members, same
from harness.contracts.tables import iceberg_columns, iceberg_type
from harness.contracts.traces import one_tree, tables_of
from harness.systems.dbt import manifest_edges
from harness.systems.lineage import edges, upstream
from harness.systems.traces import Span, parse_trace

EDGES = [("raw", "stg"), ("stg", "mart")]


def test_the_same_graph_holds_whatever_its_order():
    same_edges("graph", EDGES, reversed(EDGES))


def test_an_edge_too_few_is_named():
    with pytest.raises(Breach, match="missing: stg -> mart"):
        same_edges("graph", EDGES, EDGES[:1])


def test_an_edge_too_many_is_named():
    with pytest.raises(Breach, match="extra: raw -> mart"):
        same_edges("graph", EDGES, [*EDGES, ("raw", "mart")])


def test_an_edge_the_other_way_round_is_another():
    with pytest.raises(Breach):
        same_edges("graph", EDGES, [(b, a) for a, b in EDGES])


def test_names_that_are_missing_and_extra_are_told():
    with pytest.raises(Breach) as error:
        same_names("jobs", ["a", "b"], ["b", "c"])
    assert "missing: a" in str(error.value)
    assert "extra: c" in str(error.value)


def test_more_than_is_asked_for_may_be_there():
    all_there("services", ["a"], ["a", "b"])
    with pytest.raises(Breach, match="c"):
        all_there("services", ["a", "c"], ["a", "b"])


@pytest.mark.parametrize(
    "actual",
    [
        {"id": "long"},
        {"id": "int", "name": "string"},
        {"name": "string", "id": "long"},
        {"id": "long", "name": "string", "x": "date"},
    ],
)
def test_columns_must_agree_in_name_type_and_order(actual):
    same_columns("t", {"id": "long", "name": "string"}, {"id": "long", "name": "string"})
    with pytest.raises(Breach):
        same_columns("t", {"id": "long", "name": "string"}, actual)


def test_rows_are_compared_as_a_bag():
    same_rows("answer", [(1, "a"), (2, "b")], [(2, "b"), (1, "a")])
    with pytest.raises(Breach):
        same_rows("answer", [(1, "a")], [(1, "a"), (1, "a")])


def test_rows_that_differ_are_shown():
    with pytest.raises(Breach) as error:
        same_rows("answer", [("DE", Decimal("10.50"))], [("DE", "11.5")])
    assert "(DE, 10.5)" in str(error.value)
    assert "(DE, 11.5)" in str(error.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("10.50"), "10.5"),
        (100, "100.00"),
        (date(2026, 1, 2), "2026-01-02T00:00:00.000"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05.000"),
        (0, "-0.0"),
        (1 / 3, "0.3333333333333333333"),
    ],
)
def test_one_value_written_in_two_ways_is_the_same(one, other):
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), [(None, ""), ("a", "A"), ("10", "1"), (1, 2), ("DE ", "DE"), (None, 0)])
def test_different_values_stay_different(one, other):
    assert plain(one) != plain(other)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
@settings(deadline=None)
def test_money_is_the_same_however_it_is_written(amount):
    assert plain(amount) == plain(str(amount)) == plain(f"{amount}00")
    assert plain(amount) != plain(amount + Decimal("0.01"))


@given(st.lists(st.tuples(st.integers(0, 3), st.text(max_size=2)), max_size=8), st.randoms())
@settings(deadline=None)
def test_an_order_of_rows_says_nothing(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert same(rows, shuffled)
    assert not same(rows, [*shuffled, (9, "extra")])


def test_an_answer_s_columns_are_its_measures_dimensions_and_times():
    query = {
        "measures": ["orders.revenue"],
        "dimensions": ["orders.country"],
        "timeDimensions": [{"dimension": "orders.day", "granularity": "month"}, {"dimension": "orders.day"}],
    }
    columns = members(query)
    assert columns == ["orders.revenue", "orders.country", "orders.day.month"]
    assert as_rows([{"orders.country": "DE", "orders.revenue": "1", "orders.day.month": "x"}], columns) == [
        ["1", "DE", "x"]
    ]


def test_the_current_schema_is_the_table_s():
    old = {"schema-id": 0, "fields": [{"name": "id", "type": "int"}]}
    new = {"schema-id": 1, "fields": [{"name": "id", "type": "long"}, {"name": "sum", "type": "decimal(18,2)"}]}
    metadata = {"current-schema-id": 1, "schemas": [old, new]}
    assert iceberg_columns(metadata) == {"id": "long", "sum": "decimal(18, 2)"}
    assert iceberg_type({"type": "list", "element": "string"}) == "list"


def span(id, parent=None, service="s", **tags):
    return Span("t", id, parent, service, "work", tags)


def test_a_trace_is_one_tree():
    one_tree([span("a"), span("b", "a"), span("c", "b")])


def test_a_parent_that_is_not_in_the_trace_is_named():
    with pytest.raises(Breach, match="parent gone"):
        one_tree([span("a"), span("b", "gone")])


@pytest.mark.parametrize("spans", [[], [span("a"), span("b")]])
def test_a_trace_with_no_root_or_two_is_no_tree(spans):
    with pytest.raises(Breach, match="not one tree"):
        one_tree(spans)


def test_tables_are_read_from_single_values_and_lists():
    spans = [
        span("a", **{"lake.table": "gold.a, gold.b"}),
        span("b", **{"lake.inputs": '["silver.c","silver.d"]'}),
        span("c"),
    ]
    assert tables_of(spans) == {"gold.a", "gold.b", "silver.c", "silver.d"}


@pytest.mark.parametrize(
    ("tags", "failed"), [({"error": True}, True), ({"otel.status_code": "ERROR"}, True), ({}, False)]
)
def test_a_span_says_whether_its_work_failed(tags, failed):
    assert span("a", **tags).failed is failed


def test_jaeger_s_answer_becomes_spans():
    trace = {
        "processes": {"p1": {"serviceName": "polaris"}},
        "spans": [
            {
                "traceID": "t",
                "spanID": "b",
                "operationName": "GET",
                "references": [{"refType": "CHILD_OF", "traceID": "t", "spanID": "a"}],
                "tags": [{"key": "lake.table", "type": "string", "value": "gold.m"}],
                "processID": "p1",
            }
        ],
    }
    assert parse_trace(trace) == [Span("t", "b", "a", "polaris", "GET", {"lake.table": "gold.m"})]


def test_what_leads_to_a_node_is_upstream_of_it_and_nothing_else():
    graph = {("raw", "job1"), ("job1", "stg"), ("stg", "job2"), ("job2", "mart"), ("mart", "job3"), ("other", "job4")}
    assert upstream(graph, "mart") == {("raw", "job1"), ("job1", "stg"), ("stg", "job2"), ("job2", "mart")}


def test_upstream_ends_on_a_circle():
    assert upstream({("a", "b"), ("b", "a")}, "a") == {("a", "b"), ("b", "a")}


def test_an_edge_is_found_at_either_end():
    nodes = [
        {"id": "a", "inEdges": [], "outEdges": [{"origin": "a", "destination": "b"}]},
        {"id": "c", "inEdges": [{"origin": "b", "destination": "c"}], "outEdges": []},
    ]
    assert edges(nodes) == {("a", "b"), ("b", "c")}


def test_a_manifest_s_models_have_edges_and_its_tests_none():
    manifest = {
        "sources": {"source.demo.raw": {"name": "raw"}},
        "nodes": {
            "model.demo.stg": {"name": "stg", "resource_type": "model", "depends_on": {"nodes": ["source.demo.raw"]}},
            "model.demo.mart": {"name": "mart", "resource_type": "model", "depends_on": {"nodes": ["model.demo.stg"]}},
            "test.demo.t": {"name": "t", "resource_type": "test", "depends_on": {"nodes": ["model.demo.mart"]}},
        },
    }
    assert manifest_edges(manifest) == {("raw", "stg"), ("stg", "mart")}
