"""Namespaces: simple or nested, letters, digits and _ between single dots, never the warehouse in front."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.platform import check_namespace

PART = st.from_regex(r"[A-Za-z0-9_]{1,12}", fullmatch=True)


@given(st.lists(PART, min_size=1, max_size=4))
@settings(deadline=None)
def test_simple_and_nested_namespaces_are_allowed(parts):
    assert check_namespace(".".join(parts), "-no-part-can-be-this-") is None


@given(st.lists(PART, max_size=3), st.lists(PART, min_size=1, max_size=2).map(".".join))
@settings(deadline=None)
def test_the_warehouse_in_front_is_refused(parts, warehouse):
    assert "starts with the warehouse" in (check_namespace(".".join([warehouse, *parts]), warehouse) or "")


@given(st.lists(PART, min_size=1, max_size=3), st.sampled_from([".{}", "{}.", "a..{}", "{} b", "ä{}", "{}/x", "{}-x"]))
@settings(deadline=None)
def test_other_characters_and_loose_dots_are_refused(parts, form):
    assert check_namespace(form.format(".".join(parts)))


@pytest.mark.parametrize(
    "namespace", ["", ".", "bronze\n", "bro nze", "ＢＲＯＮＺＥ", "bronze;drop", "%1Fbronze", "\u001f"]
)
def test_what_is_no_name_is_refused(namespace):
    assert check_namespace(namespace, "demo_catalog")


@pytest.mark.parametrize("namespace", ["demo_catalog2", "demo", "analytics.demo_catalog", "DEMO_CATALOG"])
def test_a_name_that_only_resembles_the_warehouse_is_allowed(namespace):
    assert check_namespace(namespace, "demo_catalog") is None
