"""Hosts and ports, and which hosts are the cluster's own."""

import pytest

from harness.workloads.addresses import Address, address_of, is_aws, place_of, service_name
from harness.workloads.components import component_of
from harness.workloads.model import Container, Variable
from harness.workloads.shapes import quantity


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://polaris:8181/api", Address("polaris", 8181, "http")),
        ("https://s3.amazonaws.com", Address("s3.amazonaws.com", 443, "https")),
        ("postgresql://floe@db/floe", Address("db", 5432, "postgresql")),
        ("localstack:4566", Address("localstack", 4566)),
        ("http://", None),
        ("http://x:99999", None),
        ("a text", None),
        ("12:30:00", None),
        ("", None),
    ],
)
def test_a_text_is_an_address_or_none(text, address):
    assert address_of(text) == address


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("polaris", ("polaris", "floe")),
        ("polaris.other", ("polaris", "other")),
        ("polaris.floe.svc", ("polaris", "floe")),
        ("polaris.far.svc.cluster.local", ("polaris", "far")),
        ("db-0.db.floe.svc.cluster.local.", ("db", "floe")),
        ("example.com", None),
        ("hooks.slack.svc.example.com", None),
        ("127.0.0.1", None),
        ("::1", None),
        ("localhost", None),
        ("UPPER", None),
    ],
)
def test_a_host_is_a_service_s_name_or_none_of_the_cluster_s_own(host, meant):
    assert service_name(host, "floe", frozenset({"floe", "other"})) == meant


def test_one_place_has_one_form():
    known = frozenset({"floe"})
    places = {place_of(Address(host, 1), "floe", known) for host in ("s", "s.floe", "s.floe.svc.cluster.local")}
    assert places == {("s", 1)}
    assert is_aws("s3.eu-west-1.amazonaws.com")
    assert not is_aws("amazonaws.com.evil.example")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("64Mi", 2**26),
        ("1G", 10**9),
        ("1.5Gi", 3 * 2**29),
        (7, 7),
        ("1e3", 1000),
        ("100m", 0),
        ("x", None),
        (None, None),
    ],
)
def test_quantities_are_numbers(text, number):
    assert quantity(text) == number


@pytest.mark.parametrize(
    ("name", "labels", "image", "variable", "component"),
    [
        ("x", {}, "cubejs/cube:v1", "A", "semantic-layer"),
        ("x", {}, "registry.example.com:5000/team/dagster-demo@sha256:1", "A", "orchestrator"),
        ("x", {}, "docker.io/bitnami/postgresql:16", "A", "database"),
        ("dagster-postgres", {}, "postgres:18", "A", "database"),
        ("x", {}, "own/api:1", "CUBEJS_API_SECRET", "semantic-layer"),
        ("x", {}, "own/api:1", "POLARIS_CLIENT_ID", None),
        ("floe-jaeger", {}, "own/api:1", "A", "trace-store"),
        ("x", {"app.kubernetes.io/name": "marquez"}, "own/api:1", "A", "lineage-store"),
        ("x", {"app.kubernetes.io/component": "catalog"}, "own/jaeger:1", "A", "catalog"),
        ("x", {}, None, "A", None),
    ],
)
def test_a_component_is_told_by_image_then_variables_then_names(name, labels, image, variable, component):
    container = Container("c", image, variables=(Variable(variable, "1"),))
    assert component_of(name, labels, [container]) == component
