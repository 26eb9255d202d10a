"""A cluster's objects, read by the kubernetes client from an API server that answers as one does."""

import sys

import pytest
from ruamel.yaml import YAML

from harness.errors import EnvironmentFailure, UsageError
from harness.workloads.cluster import read_cluster

SPEC = {"containers": [{"name": "cube", "image": "cubejs/cube:v1.7.43"}]}
THERE = {
    "/apis/apps/v1/namespaces/floe/deployments": [
        {"metadata": {"name": "cube-api", "namespace": "floe"}, "spec": {"template": {"spec": SPEC}}}
    ],
    "/apis/batch/v1/namespaces/floe/jobs": [
        {"metadata": {"name": "init"}, "spec": {"template": {"spec": SPEC}}},
        {"metadata": {"name": "of-a-cron-job", "ownerReferences": [{"kind": "CronJob"}]}},
    ],
    "/api/v1/namespaces/floe/services": [{"metadata": {"name": "cube"}, "spec": {"ports": [{"port": 4000}]}}],
    "/api/v1/namespaces/floe/secrets": [{"metadata": {"name": "keys"}, "data": {"key": "aHVudGVyMg=="}}],
}


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Return a function that writes a kubeconfig with the context `test`."""

    def write(url):
        file = tmp_path / "config"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": url}}],
            "users": [{"name": "u", "user": {"token": "not-a-real-token"}}],
            "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "test",
        }
        with file.open("w") as stream:
            YAML(typ="safe").dump(config, stream)
        monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(file))

    return write


def test_the_objects_of_a_namespace_are_read(cluster, serve):
    server = serve(lambda request: (200, {"items": THERE.get(request.path.partition("?")[0], [])}))
    cluster(server.url)
    objects = read_cluster("test", "floe")
    assert [(w.name, w.kind, w.component, w.origin) for w in objects.workloads] == [
        ("cube-api", "Deployment", "semantic-layer", "cluster"),
        ("init", "Job", "semantic-layer", "cluster"),
    ]
    assert objects.services[0].ports[0].number == 4000
    assert objects.configs[0].keys == {"key"}
    assert "aHVudGVyMg" not in repr(objects)
    assert str(objects.workloads[0].location) == "test/floe/Deployment/cube-api (metadata.name)"
    assert {request.method for request in server.requests} == {"GET"}
    assert all(request.headers["authorization"] == "Bearer not-a-real-token" for request in server.requests)


def test_a_context_that_is_not_there_is_the_user_s_mistake(cluster):
    cluster("http://127.0.0.1:1")
    with pytest.raises(UsageError, match="no such context"):
        read_cluster("other", "floe")


def test_a_cluster_that_refuses_or_is_not_there_is_no_breach(cluster, serve):
    cluster(serve(lambda request: (403, {"message": "forbidden"})).url)
    with pytest.raises(EnvironmentFailure, match="refused"):
        read_cluster("test", "floe")
    cluster("http://127.0.0.1:1")
    with pytest.raises(EnvironmentFailure, match="cannot be reached"):
        read_cluster(None, "floe")


def test_an_empty_namespace_is_the_user_s_mistake(cluster, serve):
    cluster(serve(lambda request: (200, {"items": []})).url)
    with pytest.raises(UsageError, match="no workloads in namespace floe"):
        read_cluster("test", "floe")


def test_the_client_library_is_imported_only_when_a_cluster_is_asked():
    import subprocess

    code = "import harness.workloads.cluster, harness.commands.preflight, sys; sys.exit('kubernetes' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
