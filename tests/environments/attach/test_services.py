"""Services are found by component and port, whatever they are called; what is not found is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from environments.attach.endpoints import NAMES
from environments.attach.in_cluster import _secrets
from environments.attach.services import SOUGHT, find_services
from harness.errors import UsageError
from harness.platform import read_platform
from harness.workloads import Deployment, Service
from harness.workloads.manifests import read_manifests
from harness.workloads.model import ServicePort

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def deployment():
    """The reference platform's own manifests, as a cluster would have them."""
    objects = read_manifests(PROJECT / "demo" / "manifests")
    return Deployment(objects, read_platform(PROJECT / "demo" / "platform.yaml"))


def with_services(deployment, services):
    return Deployment(replace(deployment.objects, services=tuple(services)), deployment.reading)


def test_every_endpoint_is_sought():
    assert set(SOUGHT) == set(NAMES)


def test_the_reference_platform_is_found(deployment):
    found = find_services(deployment)
    assert {name: port for name, (_, port) in found.items()} == {
        "object-store": 4566,
        "catalog": 8181,
        "catalog-health": 8182,
        "orchestrator": 3000,
        "semantic-layer": 4000,
        "semantic-refresh": found["semantic-refresh"][1],
        "trace-store": 16686,
        "otlp-http": 4318,
        "otlp-grpc": 4317,
        "lineage-store": 5000,
        "database": 5432,
    }
    assert "webserver" in found["orchestrator"][0]


def test_a_workload_that_no_service_leads_to_is_reached_by_its_deployment(deployment):
    services = [s for s in deployment.objects.services if "refresh" not in s.name]
    target, _ = find_services(with_services(deployment, services))["semantic-refresh"]
    assert target == "deployment/floe-cube-refresh-worker"


def test_a_service_may_have_any_name_and_a_port_of_its_own(deployment):
    def renamed(service: Service) -> Service:
        if "polaris" not in service.name:
            return service
        ports = tuple(ServicePort(80, p.target, "http") if p.number == 8181 else p for p in service.ports)
        return replace(service, name="iceberg", ports=ports)

    found = find_services(with_services(deployment, map(renamed, deployment.objects.services)))
    assert found["catalog"] == ("service/iceberg", 80)


def test_a_headless_twin_is_passed_over(deployment):
    services = deployment.objects.services
    twins = [replace(service, name=f"{service.name}-headless") for service in services]
    assert find_services(with_services(deployment, [*twins, *services])) == find_services(deployment)


def test_every_part_that_no_service_leads_to_is_told_but_for_what_is_optional(deployment):
    rest = [s for s in deployment.objects.services if "polaris" not in s.name and "webserver" not in s.name]
    with pytest.raises(UsageError) as error:
        find_services(with_services(deployment, rest))
    assert "catalog: a Service of component catalog with port 8181" in str(error.value.expected)
    assert "orchestrator: a Service" in str(error.value.expected)
    assert "catalog-health" not in str(error.value.expected)


def test_a_secret_is_read_from_where_a_workload_is_given_it(deployment):
    class Cluster:
        def secret(self, name: str, key: str) -> str:
            return f"{name}/{key}"

    ask = _secrets(Cluster(), deployment)
    assert ask("object-store-keys.access-key-id") == "object-store-keys/access-key-id"
    assert ask("postgres-password") == "postgres/password"
    assert ask("something-else") is None
