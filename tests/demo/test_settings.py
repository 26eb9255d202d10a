"""What the platform's code is told, and what it says when that is not enough."""

import pytest

from demo.settings import SettingsError, read
from tests.demo.conftest import SECRETS


def environment(file, **changes):
    return SECRETS | {"PLATFORM_FILE": str(file)} | changes


def test_platform_and_environment_are_read(write_platform):
    settings = read(environment(write_platform()))
    assert settings.catalog.warehouse == "demo_catalog"
    assert settings.catalog.token_uri == "http://floe-infra-polaris:8181/api/catalog/v1/oauth/tokens"
    assert settings.layer("silver").location == "s3://iceberg-silver/silver/"
    assert settings.store.host == "floe-infra-localstack:4566"
    assert settings.table("gold", "mart_revenue") == "gold.mart_revenue"
    assert settings.services["transform"] == "floe-dbt"


def test_no_secret_is_shown(write_platform):
    shown = repr(read(environment(write_platform(), POLARIS_CLIENT_SECRET="hidden-one")))
    assert "hidden-one" not in shown
    assert SECRETS["OBJECT_STORE_KEYS_SECRET_ACCESS_KEY"] not in shown


def test_an_unknown_layer_is_answered_with_those_there_are(write_platform):
    with pytest.raises(SettingsError, match=r"Layer 'platinum' not configured\. Available layers: \['bronze', 'gold'"):
        read(environment(write_platform())).layer("platinum")


@pytest.mark.parametrize("name", [*SECRETS, "PLATFORM_FILE"])
def test_a_missing_variable_is_named(write_platform, name):
    with pytest.raises(SettingsError, match=f"variable {name} is not set"):
        read(environment(write_platform(), **{name: ""}))


@pytest.mark.parametrize("endpoint", ["", "/", "http://", "127.0.0.1:4566", "s3://bucket"])
def test_an_endpoint_that_would_reach_elsewhere_is_refused(write_platform, endpoint):
    def change(platform):
        for storage in platform["storage"].values():
            storage["endpoint"] = endpoint

    with pytest.raises(SettingsError, match=r"storage\.bronze\.endpoint must be http"):
        read(environment(write_platform(change)))


def test_layers_in_two_stores_are_refused(write_platform):
    def change(platform):
        platform["storage"]["gold"]["endpoint"] = "http://elsewhere:4566"

    with pytest.raises(SettingsError, match="must lie in one store"):
        read(environment(write_platform(change)))
