"""The pods of Dagster's runs, put together from the launcher's settings and a code location's context."""

import json

import pytest
from ruamel.yaml import YAML

from harness.workloads.manifests import read_manifests

LAUNCHER = {
    "run_launcher": {
        "module": "dagster_k8s",
        "class": "K8sRunLauncher",
        "config": {
            "dagster_home": "/home/d",
            "job_image": "shop:1",
            "env_config_maps": ["settings"],
            "env_secrets": ["keys"],
            "env_vars": ["A=1", "PASSED_ON"],
            "run_k8s_config": {"pod_spec_config": {"security_context": {"run_as_user": 7, "fs_group": 8}}},
        },
    }
}
CONTEXT = {
    "k8s": {
        "env_vars": ["B=2"],
        "volumes": [{"name": "v", "empty_dir": {}}],
        "run_k8s_config": {
            "podSpecConfig": None,
            "pod_spec_config": {"init_containers": [{"name": "i", "image": "busybox:1"}]},
            "container_config": {
                "resources": {"limits": {"memory": "1Gi"}},
                "volume_mounts": [{"name": "v", "mountPath": "/v"}],
            },
        },
    }
}


def read(tmp_path, launcher=None, context=None):
    documents = []
    if launcher is not None:
        text = launcher if isinstance(launcher, str) else json.dumps(launcher)
        documents.append({"kind": "ConfigMap", "metadata": {"name": "instance"}, "data": {"dagster.yaml": text}})
    if context is not None:
        value = context if isinstance(context, str) else json.dumps(context)
        env = [{"name": "DAGSTER_CLI_API_GRPC_CONTAINER_CONTEXT", "value": value}]
        spec = {"containers": [{"name": "c", "image": "own:2", "env": env}]}
        documents.append({"kind": "Deployment", "metadata": {"name": "code"}, "spec": {"template": {"spec": spec}}})
    documents.append({"kind": "Other"})
    with (tmp_path / "x.yaml").open("w") as file:
        YAML(typ="safe").dump_all(documents, file)
    return [w for w in read_manifests(tmp_path / "x.yaml").workloads if w.kind == "RunPod"]


def test_the_launcher_alone_describes_a_pod(tmp_path):
    (pod,) = read(tmp_path, LAUNCHER)
    (main,) = pod.containers
    assert (pod.name, pod.component, pod.origin) == ("instance/run-pod", "orchestrator", "run-pod")
    assert (pod.identity.user, pod.identity.fs_group, main.image) == (7, 8, "shop:1")
    assert [(v.name, v.value) for v in main.variables] == [("DAGSTER_HOME", "/home/d"), ("A", "1"), ("PASSED_ON", None)]
    assert [s.ref.name for s in main.variables_from] == ["settings", "keys"]


def test_a_code_location_s_context_comes_on_top(tmp_path):
    (pod,) = read(tmp_path, LAUNCHER, CONTEXT)
    init, main = pod.containers
    assert (pod.name, pod.identity.user) == ("code/run-pod", 7)
    assert (init.init, init.image) == (True, "busybox:1")
    assert [v.name for v in main.variables] == ["DAGSTER_HOME", "A", "PASSED_ON", "B"]
    assert (main.memory_limit, main.mounts[0].volume, pod.volumes[0].writable) == (2**30, "v", True)


def test_without_a_launcher_the_image_is_the_location_s_own(tmp_path):
    (pod,) = read(tmp_path, None, CONTEXT)
    assert pod.containers[-1].image == "own:2"


@pytest.mark.parametrize(
    ("launcher", "context"),
    [
        ({"run_launcher": {"module": "dagster.core.launcher", "class": "DefaultRunLauncher"}}, None),
        ("{{ not yaml", None),
        ("- a list", None),
        (None, "not json"),
        (None, {"docker": {}}),
        (None, []),
    ],
)
def test_what_starts_no_pods_or_cannot_be_read_makes_none(tmp_path, launcher, context):
    assert read(tmp_path, launcher, context) == []


@pytest.mark.parametrize("odd", [7, "x", [], [7], {"a": 1}, None])
def test_odd_shapes_are_passed_over(tmp_path, odd):
    for key in ("env_vars", "env_config_maps", "volumes", "run_k8s_config", "resources", "security_context"):
        launcher = {"run_launcher": {"class": "K8sRunLauncher", "config": {key: odd}}}
        assert len(read(tmp_path, launcher)) == 1
        inner = {"run_launcher": {"class": "K8sRunLauncher", "config": {"run_k8s_config": {"pod_spec_config": odd}}}}
        assert len(read(tmp_path, inner)) == 1
