"""`harness validate`: 0 for a file that is right, 1 for one that breaks a rule, 2 for one that cannot be read."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.platform.problem import CONTRACTS

DEMO = Path(__file__).parents[3] / "demo" / "platform.yaml"


def validate(*arguments: str):
    return CliRunner().invoke(app, ["validate", *arguments])


@pytest.fixture
def wrong(tmp_path) -> Path:
    file = tmp_path / "platform.yaml"
    text = DEMO.read_text().replace("namespace: gold", "namespace: demo_catalog.gold")
    file.write_text(text.replace("storage_ref: silver", "storage_ref: slver"))
    return file


def test_a_platform_that_is_right_is_told_in_one_line():
    result = validate(str(DEMO))
    assert result.exit_code == 0
    (line,) = result.output.splitlines()
    assert line.startswith("ok ")
    assert "demo_catalog" in line


def test_a_platform_that_breaks_rules_is_told_each_and_exits_with_1(wrong):
    result = validate(str(wrong))
    assert result.exit_code == 1
    assert f"{wrong}:" in result.output
    assert "did you mean 'silver'?" in result.output
    assert "did you mean 'gold'?" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("content", [None, "layers: [", "- a", ""])
def test_what_cannot_be_read_exits_with_2(tmp_path, content):
    file = tmp_path / "platform.yaml"
    if content is not None:
        file.write_text(content)
    result = validate(str(file))
    assert result.exit_code == 2
    assert str(file) in result.output
    assert json.loads(validate(str(file), "--json").output)["not_evaluated"] == len(CONTRACTS) - 1


def test_json_names_the_contracts_that_are_broken(wrong):
    result = validate(str(wrong), "--json")
    said = json.loads(result.output)
    assert result.exit_code == 1
    roots = said.pop("roots")
    assert [(root["contract"], root["stage"], root["subject"]) for root in roots] == [
        ("platform.references-resolve", "preflight", "layers.silver.storage_ref"),
        ("platform.namespaces-well-formed", "preflight", "layers.gold.namespace"),
    ]
    for root in roots:
        assert list(root) == ["contract", "stage", "subject", "expected", "actual", "mend", "location"]
        assert root["location"].startswith(f"{wrong}:")
    assert said == {"held": len(CONTRACTS) - 2, "broken": 2, "not_evaluated": 0}


def test_json_of_a_platform_that_is_right():
    result = validate(str(DEMO), "--json")
    assert json.loads(result.output) == {"roots": [], "held": len(CONTRACTS), "broken": 0, "not_evaluated": 0}
    assert result.exit_code == 0


def test_every_contract_that_a_mistake_can_name_is_listed(tmp_path):
    file = tmp_path / "platform.yaml"
    text = DEMO.read_text()
    for old, new in (
        ("region: us-east-1", "region: 1"),
        ("    retention_days: 30\n", ""),
        ("storage_ref: silver", "storage_ref: slver"),
        ("namespace: gold", "namespace: gold."),
        ("client_secret: {secret_ref: polaris-client-secret}", "client_secret: hunter"),
        ("  otlp_endpoint: http://floe-infra-jaeger:4318\n", ""),
        ("role_arn: arn", "sts_unavailable: true\n      role_arn: arn"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)
    said = json.loads(validate(str(file), "--json").output)
    assert {root["contract"] for root in said["roots"]} == set(CONTRACTS) - {"platform.readable"}
    assert said["held"] == 1
