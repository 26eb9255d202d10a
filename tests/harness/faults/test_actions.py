"""Each action changes what it says and nothing else; one that does not fit is told with its place in its file."""

import json

import pytest

from harness.faults.actions import ACTIONS
from harness.platform.document import Document
from harness.platform.problem import PlatformErrors

API = "Deployment/floe-cube-api"


def container(files):
    return files.object(API, "on")["spec"]["template"]["spec"]["containers"][0]


def variables(files):
    return {each["name"]: each for each in container(files)["env"]}


def inject(fault, files, action):
    fault(f"actions:\n  - {json.dumps(action)}\n").inject(files)


def test_a_variable_is_set_in_place_or_added(fault, files):
    before = list(variables(files))
    inject(fault, files, {"set_env": "CUBEJS_DB_TYPE", "on": API, "to": "postgres"})
    assert list(variables(files)) == before
    assert variables(files)["CUBEJS_DB_TYPE"] == {"name": "CUBEJS_DB_TYPE", "value": "postgres"}
    source = {"secretKeyRef": {"name": "a", "key": "b"}}
    inject(fault, files, {"set_env": "CUBEJS_DB_TYPE", "on": f"{API}/cube", "value_from": source})
    assert variables(files)["CUBEJS_DB_TYPE"] == {"name": "CUBEJS_DB_TYPE", "valueFrom": source}
    inject(fault, files, {"set_env": "NEW", "on": [API, "Deployment/floe-infra-jaeger"], "to": ""})
    assert variables(files)["NEW"] == {"name": "NEW", "value": ""}


def test_variables_are_removed_and_renamed(fault, files):
    inject(fault, files, {"unset_env": ["CUBEJS_DB_TYPE", "OPENLINEAGE_URL"], "on": API})
    inject(fault, files, {"rename_env": "OTEL_SERVICE_NAME", "on": API, "to": "OTEL_SERVICENAME"})
    assert not {"CUBEJS_DB_TYPE", "OPENLINEAGE_URL", "OTEL_SERVICE_NAME"} & set(variables(files))
    assert variables(files)["OTEL_SERVICENAME"]["value"] == "floe-cube-api"


def test_a_place_of_a_manifest_is_set_deleted_and_appended_to(fault, files):
    pod = f"{API} pod"
    inject(fault, files, {"set": f"{pod}/securityContext", "to": {"runAsUser": 0}})
    inject(fault, files, {"set": f"{pod}/containers/cube/image", "to": "cube:latest"})
    inject(fault, files, {"delete": f"{pod}/containers/0/readinessProbe"})
    inject(fault, files, {"delete": f"{API} spec/template/metadata/annotations/checksum~1config"})
    inject(fault, files, {"append": f"{pod}/containers/cube/ports", "value": {"containerPort": 1}})
    template = files.object(API, "set")["spec"]["template"]
    assert template["spec"]["securityContext"] == {"runAsUser": 0}
    assert template["metadata"]["annotations"] == {}
    assert container(files)["image"] == "cube:latest"
    assert "readinessProbe" not in container(files)
    assert container(files)["ports"][-1] == {"containerPort": 1}


def test_objects_are_added_and_deleted(fault, files):
    count = len(files.objects)
    inject(fault, files, {"delete": "Service/floe-cube-api"})
    inject(fault, files, {"add_object": {"kind": "Service", "metadata": {"name": "x"}}})
    assert len(files.objects) == count
    assert files.object("Service/x", "set")
    inject(fault, files, {"delete": "* metadata/namespace"})
    assert not any("namespace" in each["metadata"] for each in files.objects)


def test_a_text_inside_a_value_is_replaced(fault, files):
    place = "ConfigMap/floe-infra-catalog-init data/init.sh"
    inject(fault, files, {"edit": place, "replace": "set -eu", "by": "set -x"})
    assert files.object(place.split(" ")[0], "edit")["data"]["init.sh"].startswith("set -x\n")


def test_a_text_is_replaced_everywhere(fault, files):
    inject(fault, files, {"replace_everywhere": "floe-infra-localstack", "by": "store"})
    assert "floe-infra-localstack" not in (files.folder / "platform.yaml").read_text()
    assert "floe-infra-localstack" not in json.dumps(files.objects)


@pytest.mark.parametrize("deployed", [True, False])
def test_a_key_of_platform_yaml_changes_in_the_file_and_where_it_is_deployed(fault, files, deployed):
    def inject_all(*actions):
        for action in actions:
            inject(fault, files, {**action, "deployed": deployed})

    def carried():
        return files.object("ConfigMap/floe-infra-platform", "set")["data"]["platform.yaml"]

    before = carried()
    inject_all(
        {"set_platform": "layers/gold/namespace", "to": "business"},
        {"delete_platform": "layers/gold/retention_days"},
        {"rename_platform": "layers/gold/storage_ref", "to": "storage"},
    )
    file = files.folder / "platform.yaml"
    gold = Document(file).content["layers"]["gold"]
    assert list(gold) == ["name", "description", "storage", "catalog_ref", "namespace", "properties"]
    assert gold["namespace"] == "business"
    assert "# The reference platform" in file.read_text()
    assert ("namespace: business" in carried()) is deployed
    assert (carried() == before) is not deployed


def test_files_are_edited_written_renamed_and_deleted(fault, files):
    inject(fault, files, {"edit_file": "pipeline/jobs.py", "replace": '"seed_bronze"', "by": '"seed"'})
    inject(fault, files, {"write_file": "new/compiled.json", "text": "{}"})
    inject(fault, files, {"rename_file": "cube/model/orders.js", "to": "cube/model/more/orders.js"})
    inject(fault, files, {"delete_file": "cube/model/products.js"})
    assert '"seed"' in (files.folder / "pipeline/jobs.py").read_text()
    assert (files.folder / "new/compiled.json").read_text() == "{}"
    assert sorted(f.name for f in (files.folder / "cube/model").rglob("*.js")) == ["customers.js", "orders.js"]


def test_a_manifest_s_file_is_changed_between_changes_of_its_objects(fault, files):
    inject(fault, files, {"set": f"{API} spec/replicas", "to": 3})
    inject(fault, files, {"edit_file": "manifests/rendered.yaml", "replace": '"replicas": 3', "by": '"replicas": 4'})
    assert files.object(API, "set")["spec"]["replicas"] == 4


@pytest.mark.parametrize(
    ("action", "key", "words"),
    [
        (
            {"set_env": "A", "on": "Deployment/floe-cube-ap", "to": "x"},
            "on",
            "did you mean 'Deployment/floe-cube-api'?",
        ),
        ({"set_env": "A", "on": f"{API}/cub", "to": "x"}, "on", "did you mean 'cube'?"),
        ({"set_env": "A", "on": API}, "set_env", "either `to` or `value_from`"),
        ({"unset_env": "OPENLINEAGE_URI", "on": API}, "unset_env", "did you mean 'OPENLINEAGE_URL'?"),
        ({"rename_env": "NONE", "on": API, "to": "x"}, "rename_env", "no variable 'NONE'"),
        ({"set_env": "A", "on": "Service/floe-cube-api", "to": "x"}, "on", "there is no 'template'"),
        ({"set": f"{API} pod/container/0/image", "to": "x"}, "set", "did you mean 'containers'?"),
        ({"set": API, "to": "x"}, "set", "a path in the object is missing"),
        ({"set": f"{API} spec/replicas/x", "to": "x"}, "set", "nothing is below a plain value"),
        ({"delete": f"{API} spec/replica"}, "delete", "did you mean 'replicas'?"),
        ({"delete": "* spec/nowhere"}, "delete", "no object has this place"),
        ({"append": f"{API} spec/replicas", "value": 1}, "append", "this is no list"),
        ({"edit": f"{API} spec/replicas", "replace": "1", "by": "2"}, "edit", "this is no text"),
        ({"edit": f"{API} metadata/name", "replace": "x", "by": "2"}, "replace", "the text is there 0 times"),
        ({"replace_everywhere": "no such text", "by": ""}, "replace_everywhere", "the text is nowhere"),
        ({"set_platform": "layer/gold/namespace", "to": "x"}, "set_platform", "did you mean 'layers'?"),
        ({"delete_platform": "layers/god"}, "delete_platform", "did you mean 'gold'?"),
        ({"rename_platform": "infrastructure/charts/0", "to": "x"}, "rename_platform", "an entry of a list"),
        ({"edit_file": "pipeline/job.py", "replace": "a", "by": "b"}, "edit_file", "did you mean 'pipeline/jobs.py'?"),
        ({"edit_file": "pipeline/jobs.py", "replace": "dg.", "by": "b"}, "replace", "exactly once"),
        ({"edit_file": "../../etc/passwd", "replace": "a", "by": "b"}, "edit_file", "outside of the platform"),
        ({"write_file": "/etc/motd", "text": ""}, "write_file", "outside of the platform"),
        ({"write_file": "pipeline", "text": ""}, "write_file", "this is a folder"),
        ({"write_file": "platform.yaml/x", "text": ""}, "write_file", "cannot be injected"),
        ({"delete_file": "pipeline/none.py"}, "delete_file", "there is no file"),
        ({"rename_file": "pipeline/jobs.py", "to": "pipeline/bronze.py"}, "to", "there is a file"),
        ({"rename_file": "pipeline/jobs.py", "to": "../jobs.py"}, "to", "outside of the platform"),
    ],
)
def test_an_action_that_does_not_fit_is_told_with_its_place(fault, files, action, key, words):
    with pytest.raises(PlatformErrors) as told:
        inject(fault, files, action)
    assert words in str(told.value)
    assert told.value.location.line == 7
    assert told.value.location.key == f"actions.0.{key}"


def test_every_action_says_what_it_and_its_keys_are_for():
    for verb, action in ACTIONS.items():
        assert action.__doc__, verb
        assert all(field.description for field in action.model_fields.values()), verb
