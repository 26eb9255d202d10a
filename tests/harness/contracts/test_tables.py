"""What is missing of a layer is told once: the layer where all of it is gone, each table otherwise."""

from pathlib import Path
from urllib.parse import parse_qs

import pytest

from harness.contracts import Breach, Breaches, Probe, check
from harness.platform import load_platform
from harness.stack import CATALOG
from tests.stacks import a_stack

DEMO = Path(__file__).parents[3] / "demo" / "platform.yaml"
RAW = ["raw_customers", "raw_order_items", "raw_orders", "raw_products"]


@pytest.fixture
def probe_of(tmp_path, serve):
    """Return a function that makes a probe of a catalog which answers in a certain way, once a token is issued."""

    def make(answer):
        def with_token(request):
            if request.path.endswith("/tokens"):
                assert parse_qs(request.body.decode())["grant_type"] == ["client_credentials"]
                return 200, {"access_token": "x", "token_type": "bearer"}
            return answer(request)

        secrets = tmp_path / "secrets.json"
        secrets.write_text('{"polaris-client-id": "x", "polaris-client-secret": "x"}')
        stack = a_stack(tmp_path, platform_file=DEMO, endpoints={CATALOG: serve(with_token).url}, secrets_file=secrets)
        return Probe(stack, load_platform(DEMO))

    return make


def listing(*tables):
    return lambda request: (200, {"identifiers": [{"namespace": ["bronze"], "name": name} for name in tables]})


def test_tables_that_are_all_there_hold(probe_of):
    assert check(probe_of(listing(*RAW, "further")), "bronze.tables-there", layer="bronze")["tables"]


def test_a_table_that_is_gone_is_told_by_its_own_name(probe_of):
    with pytest.raises(Breaches) as error:
        check(probe_of(listing(*RAW[:3])), "bronze.tables-there", layer="bronze")
    assert [breach.subject for breach in error.value.breaches] == ["bronze/raw_products"]


def test_tables_that_are_all_gone_are_told_as_the_layer(probe_of):
    with pytest.raises(Breach) as error:
        check(probe_of(listing()), "bronze.tables-there", layer="bronze")
    assert not isinstance(error.value, Breaches)
    assert error.value.subject == "bronze"


def test_a_table_that_the_catalog_cannot_load_has_no_files(probe_of):
    answer = lambda request: (400, {"error": {"message": "Location does not exist", "type": "NotFoundException"}})  # noqa: E731
    with pytest.raises(Breach, match="the files of all tables in bronze are gone") as error:
        check(probe_of(answer), "bronze.files-there", layer="bronze")
    assert "Location does not exist" in error.value.actual


def test_a_principal_without_grants_is_told(probe_of):
    with pytest.raises(Breach, match="may not list") as error:
        check(probe_of(lambda request: (403, {"error": "forbidden"})), "catalog.principal-granted")
    assert error.value.contract == "catalog.principal-granted"


def test_a_principal_with_grants_holds(probe_of):
    probe = probe_of(lambda request: (200, {"namespaces": [["bronze"]]}))
    assert check(probe, "catalog.principal-granted") == {"namespaces": 1}


def test_which_contracts_are_checked_is_told(probe_of):
    probe, told = probe_of(lambda request: (200, {"namespaces": []})), []
    probe.on_check = told.append
    check(probe, "catalog.principal-granted")
    assert told == ["catalog.principal-granted"]
