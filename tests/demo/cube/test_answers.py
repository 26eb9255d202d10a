"""Cube's API: its model, the form and the truth of its answers, who may ask, and what it tells of a query."""

import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
MONTHS = {"dimension": "orders.order_date", "granularity": "month"}
REVENUE = {"measures": ["orders.revenue"], "dimensions": ["customers.country"], "timeDimensions": [MONTHS]}
KEPT = """from lake.silver.stg_orders o join lake.silver.stg_order_items l using (order_id)
    join lake.gold.mart_customer_orders c using (customer_id) where o.status in ('placed', 'shipped')"""


def eventually(holds, seconds=30):
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"not within {seconds} s: {holds}"
        time.sleep(0.1)
    return found


def test_the_model_has_three_cubes_with_measures_and_dimensions(api):
    cubes = {cube["name"]: cube for cube in api.call("meta").json()["cubes"]}
    assert set(cubes) == {"customers", "orders", "products"}
    assert all(cube["measures"] and cube["dimensions"] for cube in cubes.values())


def test_an_answer_over_joined_cubes_equals_an_independent_query(api, lake):
    rows = api.load(REVENUE)["data"]
    found = {(r["customers.country"], r["orders.order_date.month"][:7]): Decimal(r["orders.revenue"]) for r in rows}
    wanted = lake.ask(f"select country, strftime(order_date, '%Y-%m'), sum(quantity * unit_price) {KEPT} group by 1, 2")
    assert found == {(country, month): revenue for country, month, revenue in wanted}


def test_the_answer_to_a_query_has_the_documented_form(api):
    query = {**REVENUE, "limit": 1, "order": {"orders.order_date": "asc", "customers.country": "asc"}}
    answer = api.load(query)
    assert list(answer["data"][0]) == [
        "customers.country", "orders.order_date.month", "orders.revenue", "orders.order_date",
    ]  # fmt: skip
    assert answer["data"][0]["orders.order_date"] == "2026-01-01T00:00:00.000"
    assert answer["annotation"]["measures"]["orders.revenue"]["type"] == "number"
    (row,) = answer["data"]
    compact = api.load({**query, "responseFormat": "compact"})["data"]
    assert compact == {"members": list(row), "dataset": [list(row.values())]}
    columnar = api.load({**query, "responseFormat": "columnar"})["data"]
    assert columnar == {"members": list(row), "columns": [[value] for value in row.values()]}


def test_no_rows_are_an_empty_answer(api):
    nowhere = {"member": "customers.country", "operator": "equals", "values": ["nowhere"]}
    assert api.load({**REVENUE, "filters": [nowhere]})["data"] == []


def test_rows_of_several_queries_in_one_are_told_apart(api):
    january, february = ["2026-01-01", "2026-01-31"], ["2026-02-01", "2026-02-28"]
    compared = {"measures": ["orders.count"], "timeDimensions": [{**MONTHS, "compareDateRange": [january, february]}]}
    both = [
        {"measures": [m], "timeDimensions": [{**MONTHS, "dateRange": january}]}
        for m in ("orders.count", "orders.units")
    ]

    def rows(query):
        answer = api.call("load", {"query": query, "queryType": "multi"})
        return [row for result in answer.json()["results"] for row in result["data"]]

    assert [row["compareDateRange"][:10] for row in rows(compared)] == ["2026-01-01", "2026-02-01"]
    assert [row["time.month"] for row in rows(both)] == ["2026-01-01T00:00:00.000"] * 2


def test_an_answer_is_fresh_at_once_after_another_client_wrote(api, lake):
    lake.ask("drop table if exists lake.own.mart_customer_orders",
             "create table lake.own.mart_customer_orders as from lake.gold.mart_customer_orders")  # fmt: skip

    def count():
        return api.load({"measures": ["customers.count"]}, layers={"gold": "own"})["data"][0]["customers.count"]

    assert count() == "10"
    lake.ask("insert into lake.own.mart_customer_orders from lake.gold.mart_customer_orders limit 1")
    assert count() == "11"
    lake.ask("drop table lake.own.mart_customer_orders",
             "create table lake.own.mart_customer_orders as from lake.gold.mart_customer_orders limit 3")  # fmt: skip
    assert count() == "3"
    assert api.load({"measures": ["customers.count"]})["data"][0]["customers.count"] == "10"


@pytest.mark.parametrize(
    "options",
    [
        {"token": ""},
        {"token": "no token at all"},
        {"token": "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30."},
        {"layers": {"gold": 'gold".mart_revenue --'}},
        {"layers": {"platinum": "gold"}},
        {"layers": {"gold": ["gold"]}},
    ],
    ids=["none", "malformed", "unsigned", "not a namespace", "not a layer", "not a name"],
)
def test_a_request_without_the_right_is_refused(api, options):
    assert api.call("load", {"query": REVENUE}, **options).status_code == 403
    assert api.call("meta", **options).status_code == 403


@pytest.mark.parametrize("member", ["orders.nothing", "nothing.count"])
def test_a_query_for_a_member_that_is_not_there_is_refused(api, member):
    answer = api.call("load", {"query": {"dimensions": [member]}})
    assert answer.status_code == 400
    assert "nothing" in answer.json()["error"]


def test_a_hidden_member_is_not_answered(api):
    answer = api.call("load", {"query": {"dimensions": ["orders.order_item_id"]}})
    assert answer.is_error
    assert "hidden member: 'orders.order_item_id'" in answer.json()["error"]


def test_a_query_is_one_span_of_the_callers_trace_and_a_run_of_each_cube(api, receiver):
    receiver.forget()
    asked = datetime.now(UTC) - timedelta(milliseconds=1)  # the events' times are cut to milliseconds
    api.load(REVENUE, headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})

    def events():  # those of an earlier query may still arrive
        return [event for event in receiver.events if datetime.fromisoformat(event["eventTime"]) >= asked]

    def told():
        spans = {span.name: span for _, span in receiver.spans if span.trace_id.hex() == TRACE}
        ended = [event for event in events() if event["eventType"] == "COMPLETE"]
        names = {event["job"]["name"] for event in ended}
        return spans if "POST /cubejs-api/v1/load" in spans and {"cube.orders", "cube.customers"} <= names else None

    spans = eventually(told)
    assert {service for service, span in receiver.spans if span.trace_id.hex() == TRACE} == {"floe-cube-api"}
    request, query = spans["POST /cubejs-api/v1/load"], spans["duckdb query"]
    assert request.parent_span_id.hex() == PARENT
    assert query.parent_span_id == request.span_id
    touched = next(a.value for a in query.attributes if a.key == "lake.table").array_value.values
    tables = {
        "cube.orders": ["silver.stg_orders", "silver.stg_order_items"],
        "cube.customers": ["gold.mart_customer_orders"],
    }
    assert {value.string_value for value in touched} == {name for names in tables.values() for name in names}
    for job, names in tables.items():
        runs = defaultdict(list)  # one; more where the answer took so long that it was asked for again
        for event in events():
            if event["job"] == {"namespace": "demo", "name": job}:
                runs[event["run"]["runId"]].append(event)
        begun, ended = next(told for told in runs.values() if len(told) == 2)
        assert (begun["eventType"], ended["eventType"]) == ("START", "COMPLETE")
        assert ended["inputs"] == [{"namespace": "polaris://cube_tests", "name": name} for name in names]
