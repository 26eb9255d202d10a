"""`harness preflight`: 0 all hold, 1 a breach, 2 what cannot be read; one shape for machines."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.errors import UsageError

ROOT = Path(__file__).parents[3]
MANIFESTS = ROOT / "demo" / "manifests"
PLATFORM = ROOT / "demo" / "platform.yaml"


def preflight(*arguments, stdin=None):
    return CliRunner().invoke(app, ["preflight", *map(str, arguments)], input=stdin)


def test_what_is_right_exits_with_0():
    result = preflight("--platform", PLATFORM, "--manifests", MANIFESTS)
    assert result.exit_code == 0
    assert " 0 broken" in result.output
    assert "12 workloads" in result.output


def test_standard_input_is_read_as_a_pipe_gives_it():
    text = "\n".join(file.read_text() for file in MANIFESTS.iterdir())
    assert preflight("--platform", PLATFORM, "--manifests", "-", stdin=text).exit_code == 0


@pytest.fixture
def wrong(tmp_path):
    text = "\n".join(file.read_text() for file in sorted(MANIFESTS.iterdir()))
    file = tmp_path / "rendered.yaml"
    file.write_text(
        text.replace('value: "floe-infra-localstack:4566"', 'value: "http://floe-infra-localstack:4566"', 1)
    )
    return file


def test_a_breach_exits_with_1_and_is_told_whole(wrong):
    result = preflight("--platform", PLATFORM, "--manifests", wrong)
    assert result.exit_code == 1
    for part in (
        "semantic.s3-endpoint-is-host-port  broken at stage preflight",
        f"floe-cube-api/cube/CUBEJS_DB_DUCKDB_S3_ENDPOINT  {wrong}:",
        "  expected  floe-infra-localstack:4566",
        "  actual    http://floe-infra-localstack:4566",
        "  mend      set it to floe-infra-localstack:4566",
        "  broke with it: semantic.s3-endpoint-matches",
    ):
        assert part in result.output


def test_json_has_the_shape_of_every_command(wrong):
    result = preflight("--platform", PLATFORM, "--manifests", wrong, "--json")
    said = json.loads(result.output)
    assert result.exit_code == 1
    (root,) = said.pop("roots")
    assert list(root) == ["contract", "stage", "subject", "expected", "actual", "mend", "location"]
    assert root["contract"] == "semantic.s3-endpoint-is-host-port"
    assert root["stage"] == "preflight"
    line = int(root["location"].removeprefix(f"{wrong}:").split(":")[0])
    assert "http://floe-infra-localstack:4566" in wrong.read_text().splitlines()[line - 1]
    assert said["broken"] == 1
    assert said["held"] > 40
    assert said["not_evaluated"] > 0


def test_a_platform_that_cannot_be_read_exits_with_2_and_the_workloads_are_still_judged(tmp_path, wrong):
    (tmp_path / "platform.yaml").write_text("layers: [")
    result = preflight("--platform", tmp_path / "platform.yaml", "--manifests", wrong, "--json")
    assert result.exit_code == 2
    contracts = [root["contract"] for root in json.loads(result.output)["roots"]]
    assert contracts == ["platform.readable", "semantic.s3-endpoint-is-host-port"] or set(contracts) == {
        "platform.readable",
        "semantic.s3-endpoint-is-host-port",
    }


@pytest.mark.parametrize(
    ("arguments", "heading"),
    [
        ((), "name one source"),
        (("--manifests", MANIFESTS, "--namespace", "floe"), "name one source"),
        (("--context", "kind"), "a cluster is read by namespace"),
        (("--manifests", ROOT / "nowhere"), "no such file or folder"),
        (("--manifests", ROOT / "README.md"), "not YAML"),
        (("--manifests", MANIFESTS, "--values", ROOT / "nowhere"), "cannot be read"),
    ],
)
def test_a_wrong_use_is_one_error_of_the_user_s(arguments, heading):
    result = preflight("--platform", PLATFORM, *arguments)
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == 2
    assert heading in str(result.exception)


def test_without_a_platform_there_is_nothing_to_check_against():
    assert preflight("--manifests", MANIFESTS).exit_code == 2


def test_values_tell_which_switch_is_off(tmp_path):
    text = "\n".join(file.read_text() for file in sorted(MANIFESTS.iterdir()))
    documents = [d for d in text.split("\n---\n") if "kind: Job" not in d]
    (tmp_path / "rendered.yaml").write_text("\n---\n".join(documents))
    (tmp_path / "values.yaml").write_text("polaris:\n  initHook:\n    enabled: false\n")
    result = preflight(
        *("--platform", PLATFORM, "--manifests", tmp_path / "rendered.yaml", "--values", tmp_path / "values.yaml")
    )
    assert "catalog.init-job-there" in result.output
    assert "polaris.initHook.enabled is false" in result.output


def test_a_role_that_values_empty_is_the_cause_and_no_mend(tmp_path):
    (tmp_path / "values.yaml").write_text('polaris: {storageRoleArn: ""}\n')
    result = preflight("--platform", PLATFORM, "--manifests", MANIFESTS, "--values", tmp_path / "values.yaml", "--json")
    assert [(root["contract"], root["subject"]) for root in json.loads(result.output)["roots"]] == [
        ("catalog.role-fits-store", "values/polaris.storageRoleArn")
    ]


def test_no_secret_is_shown(tmp_path):
    text = "\n".join(file.read_text() for file in sorted(MANIFESTS.iterdir()))
    old = "valueFrom: {secretKeyRef: {name: postgres, key: password}}"
    (tmp_path / "rendered.yaml").write_text(text.replace(old, "value: hunter2-very-secret"))
    for flags in ((), ("--json",)):
        result = preflight("--platform", PLATFORM, "--manifests", tmp_path / "rendered.yaml", *flags)
        assert "secrets.not-written-out" in result.output
        assert "hunter2" not in result.output
