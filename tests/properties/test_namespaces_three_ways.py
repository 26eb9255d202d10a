"""Namespaces: our rule, PyIceberg and the catalog agree on what is allowed, and on the URL that results."""

import uuid

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyiceberg.catalog.rest import RestCatalog

from harness.platform import check_namespace
from harness.systems.catalog import in_path

PART = st.from_regex(r"[A-Za-z0-9_]{1,12}", fullmatch=True)
ALLOWED = st.lists(PART, min_size=1, max_size=4).map(".".join)
# Unicode, spaces, slashes, the separator of the REST API, quotes; none of them a part of an allowed name.
LOOSE = st.text(st.sampled_from("ab1_ .-/ä漢%;\x1f'\""), max_size=20).filter(lambda name: check_namespace(name))


@pytest.fixture(scope="module")
def warehouse(polaris):
    return polaris.make_catalog(f"w{uuid.uuid4().hex[:8]}", stsUnavailable=True)


@pytest.fixture(scope="module")
def http(polaris, warehouse):
    with polaris.client() as http:
        http.base_url = f"{polaris.base}/api/catalog/v1/{warehouse}"
        yield http


@pytest.fixture(scope="module")
def pyiceberg(polaris, warehouse):
    return RestCatalog(
        "three-ways",
        uri=f"{polaris.base}/api/catalog",
        warehouse=warehouse,
        credential=":".join(polaris.login),
        scope="PRINCIPAL_ROLE:ALL",
        **{"oauth2-server-uri": f"{polaris.base}/api/catalog/v1/oauth/tokens"},
    )


@given(ALLOWED)
@example("a" * 200)  # of 5,000 letters it would be made, and its URL be refused with 414
@example("0._")
@settings(deadline=None, max_examples=25)
def test_what_our_rule_allows_is_made_by_pyiceberg_and_found_at_our_url(warehouse, http, pyiceberg, name):
    assert check_namespace(name, warehouse) is None
    levels = tuple(name.split("."))
    for depth in range(1, len(levels) + 1):
        pyiceberg.create_namespace_if_not_exists(levels[:depth])
    try:
        found = http.get(f"/namespaces/{in_path(levels)}")
        assert (found.status_code, found.json()["namespace"]) == (200, list(levels))
        assert pyiceberg.namespace_exists(name)
        assert levels in pyiceberg.list_namespaces(levels[:-1])
        # The fault of the seed: with the warehouse in front it is another namespace, which is not there.
        prefixed = f"{warehouse}.{name}"
        assert "starts with the warehouse" in check_namespace(prefixed, warehouse)
        assert http.get(f"/namespaces/{in_path(tuple(prefixed.split('.')))}").status_code == 404
        assert http.get(f"/namespaces/{prefixed}").status_code == 404
    finally:
        for depth in range(len(levels), 0, -1):
            pyiceberg.drop_namespace(levels[:depth])


@given(LOOSE)
@example("")
@example("a..b")
@settings(deadline=None, max_examples=25)
def test_what_our_rule_refuses_never_makes_the_catalog_fail(http, name):
    """Our rule is the stricter: Polaris 1.7.0 takes any text as a level but an empty one (spaces, hyphens, Unicode)."""
    made = http.post("/namespaces", json={"namespace": name.split(".")})
    assert made.status_code < 500, made.text
    if made.status_code == 200:
        assert http.get(f"/namespaces/{in_path(tuple(name.split('.')))}").status_code == 200
        assert http.delete(f"/namespaces/{in_path(tuple(name.split('.')))}").status_code == 204
