"""The documented Role is all that attaching asks of a cluster, and no more than it asks."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from environments.attach import cluster as clusters
from environments.attach.rights import ALL, LISTS, Right, secret
from environments.kind.secrets import SECRETS
from harness.errors import EnvironmentFailure, UsageError

PROJECT = Path(__file__).parents[3]
ROLE = YAML(typ="safe").load((PROJECT / "environments" / "attach" / "rights.yaml").read_text())


def documented() -> set[Right]:
    return {
        Right(verb, resource, group, name)
        for rule in ROLE["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
        for name in rule.get("resourceNames", [None])
    }


def test_the_role_is_what_the_code_asks_for():
    assert documented() == {*ALL, *map(secret, ("object-store-keys", "polaris-client", "postgres", "cube-api"))}


def test_the_secrets_that_the_role_names_are_those_of_the_charts():
    assert {right.name for right in documented() if right.resource == "secrets"} == set(SECRETS)


def test_a_role_has_no_right_that_changes_anything():
    assert {(r.verb, r.resource) for r in documented() if r.verb not in ("get", "list")} == {
        ("create", "pods/portforward")
    }


@pytest.fixture
def enter(serve, tmp_path, monkeypatch):
    """Return a function that enters a cluster which has no objects, and its server, with some rights refused."""

    def make(*refused: str, reviewed: bool = True):
        def answer(request):
            if request.path.endswith("selfsubjectaccessreviews"):
                asked = json.loads(request.body)["spec"]["resourceAttributes"]
                resource = "/".join(filter(None, (asked["resource"], asked["subresource"])))
                return 201, {"status": {"allowed": not reviewed or f"{asked['verb']} {resource}" not in refused}}
            what = "/".join(request.path.partition("/namespaces/floe/")[2].split("/")[:1]) or "namespaces"
            if any(said.endswith(f" {what}") for said in refused):
                return 403, {"kind": "Status", "code": 403}
            if what == "namespaces" and not request.path.endswith("/floe"):
                return 404, {"kind": "Status", "code": 404}
            return 200, {"items": [], "metadata": {"labels": {"a": "b"}}, "data": {"password": "aGlkZGVu"}}

        server = serve(answer)
        context = {"cluster": "c", "user": "u"}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [
                {"name": "c", "cluster": {"server": server.url}},
                {"name": "gone", "cluster": {"server": "http://127.0.0.1:9"}},
            ],
            "users": [{"name": "u", "user": {"token": "t"}}],
            "contexts": [
                {"name": "here", "context": context},
                {"name": "staging", "context": context},
                {"name": "silent", "context": {"cluster": "gone", "user": "u"}},
            ],
        }
        file = tmp_path / "kubeconfig"
        file.write_text(json.dumps(config))
        monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(file))
        return server, clusters.enter(None, "floe")

    return make


def test_every_request_stands_in_the_role(enter):
    server, cluster = enter()
    cluster.require(ALL)
    assert cluster.labels() == {"a": "b"}
    cluster.read()
    assert cluster.secret("postgres", "password") == "hidden"
    assert cluster.secret("postgres", "user") is None
    reads = {request.path for request in server.requests if request.method == "GET"}
    allowed = {right.path.format(namespace="floe") for right in LISTS.values()}
    assert reads == allowed | {"/api/v1/namespaces/floe", "/api/v1/namespaces/floe/secrets/postgres"}
    assert {request.path for request in server.requests if request.method != "GET"} == {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"  # allowed to everybody, and makes nothing
    }


def test_every_right_that_is_missing_is_named(enter):
    _, cluster = enter("list jobs", "create pods/portforward")
    with pytest.raises(EnvironmentFailure) as error:
        cluster.require(ALL)
    assert error.value.actual == (
        "not allowed: list jobs.batch in namespace floe\nnot allowed: create pods/portforward in namespace floe"
    )


def test_a_right_that_only_the_answer_denies_is_named_too(enter):
    _, cluster = enter("list configmaps", reviewed=False)
    cluster.require(ALL)
    with pytest.raises(EnvironmentFailure, match="rights are missing") as error:
        cluster.read()
    assert error.value.actual == "not allowed: list configmaps in namespace floe"


def test_a_secret_that_may_not_be_read_is_named(enter):
    _, cluster = enter("get secrets")
    with pytest.raises(EnvironmentFailure) as error:
        cluster.secret("postgres", "password")
    assert error.value.actual == "not allowed: get secrets postgres in namespace floe"


def test_a_context_that_is_not_there_is_told_with_the_nearest(enter):
    enter()
    with pytest.raises(UsageError, match="did you mean 'staging'"):
        clusters.enter("stagin", "floe")


def test_a_namespace_has_to_be_named(enter):
    enter()
    with pytest.raises(UsageError, match="which namespace"):
        clusters.enter("staging", None)


def test_a_namespace_that_is_not_there_is_told(enter):
    enter()
    with pytest.raises(UsageError, match="no namespace elsewhere"):
        clusters.enter(None, "elsewhere").labels()


def test_a_cluster_that_is_silent_is_told(enter):
    enter()
    with pytest.raises(EnvironmentFailure, match="cannot be reached"):
        clusters.enter("silent", "floe").read()
