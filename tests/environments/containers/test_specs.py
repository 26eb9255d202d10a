"""What the containers are told, with official images and with built ones; no engine is asked."""

import dataclasses
import re

import pytest

from environments.containers.plan import ContainerPlan
from environments.containers.specs import declare, filled, images_of
from environments.local.ports import USUAL
from environments.local.secrets import make_secrets

BOTH = pytest.mark.parametrize("images", ["official", "built"])


@pytest.fixture
def declared(tmp_path):
    """Return a function that declares the workloads, by name."""

    def declare_with(images, **given):
        ports = {name: port + 10_000 for name, port in USUAL.items()}
        plan = ContainerPlan(tmp_path / "0123abcd", "unix:///none", images, ports, make_secrets(), **given)
        return plan, {spec.name: spec for spec in declare(plan)}

    return declare_with


@BOTH
def test_ten_workloads_and_the_job_are_declared(declared, images):
    _, specs = declared(images)
    assert set(specs) == {
        *("object-store", "postgresql", "jaeger", "polaris", "marquez", "catalog-init"),
        *("dagster-user-code", "dagster-webserver", "dagster-daemon", "cube-api", "cube-refresh-worker"),
    }
    assert [spec.name for spec in specs.values() if spec.job] == ["catalog-init"]
    assert all(spec.ready for spec in specs.values() if not spec.job)
    assert {name for spec in specs.values() for name in spec.requires} <= set(specs)


@BOTH
def test_no_secret_stands_where_others_may_read_it(declared, images):
    plan, specs = declared(images)
    for spec in specs.values():
        shown = repr(dataclasses.replace(spec, env={}))
        assert not [ref for ref, secret in plan.secrets.items() if secret in shown]


@BOTH
def test_every_address_is_of_the_network(declared, images):
    plan, specs = declared(images)
    for spec in specs.values():
        hosts = {host for value in spec.env.values() for host in re.findall(r"(?:://|@)([a-z-]+):\d{4}\b", value)}
        assert hosts <= set(specs), spec.name
        assert not [value for value in spec.env.values() if "127.0.0.1" in value or "${" in value]
    assert plan.inside["catalog"] == "http://polaris:8181"
    assert plan.outside["catalog"] == "http://127.0.0.1:18181"


def test_ports_are_published_where_the_plan_says(declared):
    _, specs = declared("built")
    assert specs["polaris"].ports == {8181: 18181, 8182: 18182}
    assert specs["cube-refresh-worker"].ports == {4001: 14001}


def test_what_runs_is_told_for_what_it_is(declared):
    _, built = declared("built")
    _, official = declared("official")
    assert [name for name, spec in built.items() if spec.kind == "stand-in"] == ["polaris", "marquez"]
    assert [name for name, spec in official.items() if spec.kind == "stand-in"] == []
    assert official["polaris"].image == "apache/polaris:1.7.0"
    assert official["marquez"].env["POSTGRES_HOST"] == "postgresql"
    assert official["dagster-daemon"].image == built["dagster-daemon"].image


def test_the_demo_s_own_images_are_built_in_either_case():
    assert {image.name for image in images_of("official")} == {"dagster", "cube", "catalog-init", "postgresql"}
    assert {"polaris", "marquez", "jaeger", "object-store"} <= {image.name for image in images_of("built")}


def test_the_scale_reaches_the_code(declared):
    _, specs = declared("built", scale=7)
    assert specs["dagster-user-code"].env["SCALE"] == "7"


def test_a_place_without_a_value_is_a_mistake():
    assert filled("a ${x.y-z} b", {"x.y-z": "1"}) == "a 1 b"
    with pytest.raises(KeyError, match="unknown"):
        filled("${unknown}", {})
