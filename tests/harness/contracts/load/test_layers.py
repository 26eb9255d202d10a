"""Compiled artifacts: every layer of platform.yaml, whole; the seed's fault 7 among what is not."""

import json
from dataclasses import replace

import pytest

WHOLE = {
    name: {"namespace": name, "storage_ref": name, "catalog_ref": "main", "retention_days": 1}
    for name in ("bronze", "silver", "gold")
}


@pytest.fixture
def compiled(declared, tmp_path):
    """Return a project whose compiled artifacts are a text."""

    def compiled(text, name="compiled.json"):
        file = tmp_path / name
        file.write_text(text)
        return replace(declared, compiled=file)

    return compiled


@pytest.mark.parametrize(
    "content",
    [
        {"layers": WHOLE},
        {"version": "1.0.0", "platform": {"layers": WHOLE, "storage": {}}},
        {"layers": [{"name": name, **layer} for name, layer in WHOLE.items()]},
        {"layers": {**WHOLE, "sandbox": {}}},
    ],
)
def test_layers_that_are_carried_hold_in_whatever_form(compiled, roots, content):
    assert roots(compiled(json.dumps(content))) == []
    assert roots(compiled(json.dumps(content, indent=4))) == []


@pytest.mark.parametrize("content", [{}, {"layers": {}}, {"layers": []}, {"version": 1, "dbt_profiles": {"a": 1}}, []])
def test_layers_that_are_not_carried_are_told_as_the_platform_would(compiled, roots, content):
    found = roots(compiled(json.dumps(content)))
    assert [contract for contract, _ in found] == ["compiled.layers-carried"] * 3
    assert "ValueError: Layer 'bronze' not configured. Available layers: []" in str(found[0][1])


def test_a_layer_that_is_missing_is_named_alone(compiled, roots):
    left = {name: layer for name, layer in WHOLE.items() if name != "gold"}
    ((contract, breach),) = roots(compiled(json.dumps({"layers": left})))
    assert contract == "compiled.layers-carried"
    assert breach.subject == "gold"
    assert "Available layers: ['bronze', 'silver']" in str(breach)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("namespace", None, "has no namespace"),
        ("storage_ref", None, "has no storage_ref"),
        ("catalog_ref", None, "has no catalog_ref"),
        ("namespace", "demo_catalog.silver", "has another namespace"),
        ("storage_ref", "gold", "has another storage_ref"),
    ],
)
def test_a_layer_that_is_not_whole_is_named_with_its_key_and_line(compiled, roots, key, value, says):
    layers = json.loads(json.dumps(WHOLE))
    layers["silver"] = {name: found for name, found in layers["silver"].items() if name != key}
    if value:
        layers["silver"][key] = value
    text = json.dumps({"layers": layers}, indent=2)
    ((_, breach),) = roots(compiled(text))
    assert says in str(breach)
    assert breach.subject == f"silver/{key}"
    lines = text.splitlines()
    assert (f'"{key}": "{value}"' if value else '"silver"') in lines[breach.location.line - 1]


@pytest.mark.parametrize("text", ["{", "layers: [", "\x00", "{" * 5000])
def test_artifacts_that_cannot_be_read_are_told_without_a_traceback(compiled, roots, text):
    ((contract, breach),) = roots(compiled(text, "compiled.yaml"))
    assert contract == "compiled.layers-carried"
    assert breach.location.file.name == "compiled.yaml"


def test_artifacts_that_are_not_there_are_told(declared, roots, tmp_path):
    ((_, breach),) = roots(replace(declared, compiled=tmp_path / "nowhere.json"))
    assert "No such file" in str(breach)
