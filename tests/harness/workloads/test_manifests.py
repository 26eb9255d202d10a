"""Manifests as they are printed: many documents, lists, anchors, comments, unknown kinds; places of everything."""

import io
import json
import sys
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.workloads.manifests import STDIN, read_manifests

ROOT = Path(__file__).parents[3]

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: cube}}
spec:
  securityContext: {runAsUser: 1000, fsGroup: 2000, runAsNonRoot: true}
  initContainers:
    - {name: first, image: "busybox:1"}
  containers:
    - name: main
      image: cubejs/cube:v1
      command: [node]
      args: [index.js, 7]
      env:
        - {name: PLAIN, value: "1"}
        - {name: EMPTY}
        - {name: TAKEN, valueFrom: {configMapKeyRef: {name: c, key: k, optional: true}}}
        - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}
        - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
      envFrom:
        - {prefix: X_, configMapRef: {name: c}}
      ports: [{name: http, containerPort: 4000}, {containerPort: "80"}]
      readinessProbe: {httpGet: {port: http}}
      livenessProbe: {exec: {command: [true]}}
      resources: {limits: {memory: 1.5Gi}, requests: {memory: 128974848}}
      volumeMounts: [{name: v, mountPath: /v, readOnly: true, subPath: a}]
  volumes:
    - {name: v, projected: {sources: [{configMap: {name: c, items: [{key: k}]}}, {secret: {name: s}}]}}
    - {name: d, persistentVolumeClaim: {claimName: data}}
    - {name: e, emptyDir: {}}
"""


def read(tmp_path, text):
    file = tmp_path / "x.yaml"
    file.write_text(text)
    return read_manifests(file)


def test_a_pod_is_read_whole(tmp_path):
    (pod,) = read(tmp_path, POD).workloads
    first, main = pod.containers
    assert (pod.name, pod.kind, pod.component, pod.identity.fs_group) == ("web", "Pod", "semantic-layer", 2000)
    assert (first.init, main.init, pod.user(main), pod.non_root(main)) == (True, False, 1000, True)
    variables = {v.name: (v.value, v.ref and (v.ref.kind, v.ref.name, v.ref.key)) for v in main.variables}
    assert variables == {
        "PLAIN": ("1", None),
        "EMPTY": ("", None),
        "TAKEN": (None, ("ConfigMap", "c", "k")),
        "SECRET": (None, ("Secret", "s", "k")),
        "POD_IP": (None, None),
    }
    assert [(p.number, p.name) for p in main.ports] == [(4000, "http"), (80, None)]
    assert [(p.kind, p.port) for p in main.probes] == [("readiness", "http"), ("liveness", None)]
    assert main.command == ("node", "index.js", "7")
    assert (main.memory_limit, main.memory_request) == (3 * 2**29, 128974848)
    assert (main.mounts[0].read_only, main.mounts[0].sub_path) == (True, "a")
    assert [(r.kind, r.name, r.key) for r in pod.volumes[0].refs] == [("ConfigMap", "c", "k"), ("Secret", "s", None)]
    assert [(v.claim, v.writable) for v in pod.volumes] == [(None, False), ("data", True), (None, True)]


def test_every_value_knows_its_line(tmp_path):
    objects = read(tmp_path, f"# Source: a/b.yaml\n---\n{POD}\n---\nkind: ConfigMap\nmetadata:\n  name: c\n")
    (pod,) = objects.workloads
    text = (tmp_path / "x.yaml").read_text().splitlines()
    for variable in pod.containers[1].variables:
        assert f"name: {variable.name}" in text[variable.location.line - 1]
    assert "name: c" in text[objects.configs[0].location.line - 1]
    assert str(objects.configs[0].location).startswith(f"{tmp_path}/x.yaml:")


@pytest.mark.parametrize("begin", ["", "---\n", "%YAML 1.1\n---\n", "# a comment\n---\n---\n\n---\n", "--- # said\n"])
@pytest.mark.parametrize("between", ["\n---\n", "\n...\n---\n", "\n--- # Source: x\n", "\n---\n# nothing\n---\n"])
def test_documents_are_told_apart(tmp_path, begin, between):
    text = between.join(f"kind: Pod\nmetadata: {{name: p{i}}}" for i in range(3))
    assert [w.name for w in read(tmp_path, begin + text).workloads] == ["p0", "p1", "p2"]


def test_a_marker_inside_a_block_of_text_is_none(tmp_path):
    text = "kind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: |\n    one\n    ---\n    two\n"
    assert read(tmp_path, text).configs[0].texts == {"a": "one\n---\ntwo\n"}


def test_lists_are_taken_apart(tmp_path):
    items = [{"kind": "Pod", "metadata": {"name": f"p{i}"}} for i in range(3)]
    for kind in ("List", "PodList"):
        objects = read(tmp_path, json.dumps({"kind": kind, "items": [*items, 7, None]}))
        assert [w.name for w in objects.workloads] == ["p0", "p1", "p2"]


def test_anchors_and_merge_keys_are_followed(tmp_path):
    text = "kind: Pod\nmetadata: &m {name: a}\nspec:\n  base: &b {image: x}\n  containers:\n  - {<<: *b, name: c}\n"
    assert read(tmp_path, text).workloads[0].containers[0].image == "x"


def test_a_folder_is_read_whole_and_other_files_are_passed_over(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a.yml").write_text("kind: Pod\nmetadata: {name: a}")
    (tmp_path / "deep" / "er" / "b.json").write_text('{"kind": "Pod", "metadata": {"name": "b"}}')
    (tmp_path / "NOTES.txt").write_text("{{ not yaml")
    assert [w.name for w in read_manifests(tmp_path).workloads] == ["a", "b"]


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(POD.encode())))
    (pod,) = read_manifests(STDIN).workloads
    assert str(pod.location).startswith("<stdin>:4:")


def test_what_a_secret_holds_is_not_kept(tmp_path):
    text = "kind: Secret\nmetadata: {name: s}\ndata: {a: aHVudGVyMg==}\nstringData: {b: hunter2}\n"
    objects = read(tmp_path, text)
    assert objects.configs[0].keys == {"a", "b"}
    assert "hunter2" not in repr(objects)
    assert "aHVudGVyMg" not in repr(objects)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout"])
def test_a_template_is_read_of_every_kind_that_has_one(tmp_path, kind):
    spec = {"containers": [{"name": "c", "image": "marquezproject/marquez:1"}]}
    document = {"kind": kind, "metadata": {"name": "x", "namespace": "n"}, "spec": {"template": {"spec": spec}}}
    (workload,) = read(tmp_path, json.dumps(document)).workloads
    assert (workload.kind, workload.namespace, workload.component) == (kind, "n", "lineage-store")


def test_a_cron_job_has_its_template_deeper(tmp_path):
    spec = {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "c"}]}}}}}
    (job,) = read(tmp_path, json.dumps({"kind": "CronJob", "metadata": {"name": "x"}, "spec": spec})).workloads
    assert [c.name for c in job.containers] == ["c"]


@pytest.mark.parametrize(
    ("text", "heading", "line"),
    [
        ("kind: Pod\nmetadata: {name: [}\n", "not YAML", 2),
        ("kind: Pod\n---\na: b\n c: d\n", "not YAML", 4),
        ("kind: Pod\n---\nname: {{ .Values.name }}\n", "a chart's template, not a manifest", 3),
        ("kind: Pod\n---\na: !!python/object:os.system x\n", "not YAML", 3),
        ("kind: Pod\nwhen: 2026-13-01\n", "not YAML", 1),
        ("- 1\n- 2\n", "no Kubernetes manifests", None),
        ("", "no Kubernetes manifests", None),
        ("a: 1", "no Kubernetes manifests", None),
    ],
)
def test_what_is_no_manifest_is_one_error_with_its_place(tmp_path, text, heading, line):
    with pytest.raises(UsageError) as error:
        read(tmp_path, text)
    assert error.value.heading == heading
    assert error.value.location.file == tmp_path / "x.yaml"
    assert error.value.location.line == line
    assert error.value.exit_code == 2


def test_files_that_are_not_there_or_no_text_are_usage_errors(tmp_path):
    with pytest.raises(UsageError, match="no such file or folder"):
        read_manifests(tmp_path / "nowhere")
    (tmp_path / "x.yaml").write_bytes(b"kind: Pod\nname: \xff")
    with pytest.raises(UsageError, match="not UTF-8") as error:
        read_manifests(tmp_path)
    assert error.value.location.line == 2


def test_a_chart_is_not_taken_for_its_manifests(tmp_path):
    (tmp_path / "Chart.yaml").write_text("name: x")
    with pytest.raises(UsageError, match="a chart") as error:
        read_manifests(tmp_path)
    assert "helm template" in error.value.next_step


def test_an_alias_of_itself_is_no_endless_loop(tmp_path):
    text = "kind: List\nitems: &a\n- {kind: Pod, metadata: {name: p}}\n- {kind: List, items: *a}\n"
    assert [w.name for w in read(tmp_path, text).workloads] == ["p"]
