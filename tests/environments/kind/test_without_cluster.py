"""Without kind, helm, kubectl, or the cluster, one clear error says what is missing; nothing here needs them."""

import pytest

from environments.kind import removal
from environments.kind.tools import check_tools, run
from environments.kind.workloads import log_of
from harness.errors import EnvironmentFailure
from harness.liveness import alive, dead_workloads
from harness.settings import load_settings
from harness.stack import Pods, WorkloadState
from tests.stacks import a_stack


def tool(folder, name, script):
    """Put a program of ours on the path that a test has to itself."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A PATH with nothing on it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_each_tool_that_is_missing_is_named_with_where_it_is_had(path):
    tool(path, "kubectl", "exit 0")
    with pytest.raises(EnvironmentFailure, match=r"^kind, helm not found") as told:
        check_tools()
    assert "https://helm.sh/" in told.value.next_step
    assert "kubectl:" not in told.value.next_step
    assert "--env=local" in told.value.next_step


def test_a_tool_that_goes_away_meanwhile_is_told_as_missing(path):
    with pytest.raises(EnvironmentFailure, match="helm not found"):
        run(["helm", "version"])


def test_a_tool_that_fails_is_told_in_its_own_words(path):
    tool(path, "helm", "echo 'cannot re-use a name' >&2; exit 1")
    with pytest.raises(EnvironmentFailure, match="helm install floe-infra failed") as told:
        run(["helm", "install", "floe-infra"])
    assert told.value.actual == "cannot re-use a name"


def test_a_cluster_that_is_gone_took_everything_with_it(path):
    tool(path, "kind", "echo another")
    assert removal.remove("kind", "abcd1234") == []
    assert removal.remove(f"{removal.MADE}kind", "abcd1234") == []


def test_a_cluster_that_the_stack_made_goes_with_it_and_no_other(path):
    deleted = path / "deleted"
    tool(path, "kind", f'if [ "$1" = get ]; then echo mine; else echo "$@" > {deleted}; fi')
    assert removal.remove(f"{removal.MADE}mine", "abcd1234") == ["removed cluster mine"]
    assert deleted.read_text() == "delete cluster --name mine\n"


def test_pods_of_a_cluster_that_is_gone_are_told_and_count_as_dead(tmp_path):
    pods = Pods(kubeconfig=tmp_path / "kubeconfig", namespace="floe-abcd1234", app="polaris")
    state = WorkloadState(name="polaris", component="catalog", kind="real", pods=pods)
    assert state.runs_as == "pods polaris of floe-abcd1234"
    with pytest.raises(EnvironmentFailure, match="the cluster does not answer"):
        alive(state)
    stack = a_stack(tmp_path, environment="kind", workloads=[state])
    assert dead_workloads(stack) == ["polaris"]


def test_what_runs_write_goes_to_the_code_servers_log_and_the_hooks_to_its_own():
    assert log_of({"floe-harness.workload": "dagster-run", "app.kubernetes.io/name": "dagster"}) == "dagster-user-code"
    assert log_of({"app.kubernetes.io/name": "localstack"}) == "object-store"
    assert log_of({"app.kubernetes.io/name": "catalog-init"}) == "catalog-init"
    assert log_of({"app.kubernetes.io/name": "somebody-elses"}) is None


def test_the_cluster_and_the_schemas_are_settings(tmp_path):
    (tmp_path / "harness.toml").write_text('environment = "kind"\ncluster = "mine"\nskip_schema_validation = true\n')
    settings = load_settings(tmp_path, {})
    assert (settings.cluster, settings.skip_schema_validation) == ("mine", True)
