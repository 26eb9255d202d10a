"""`harness faults`: 0 all named and no false alarm, 1 not so, 2 for what is wrong in the question."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.errors import UsageError

DEMO = str(Path(__file__).parents[3] / "demo")
FAULT = """\
id: my-own
title: Cube's image floats
seen: another version after each restart
named_by: image.tag-fixed
earliest: preflight
actions:
  - set: Deployment/floe-cube-api pod/containers/cube/image
    to: cubejs/cube:latest
"""


def faults(*arguments: str):
    return CliRunner().invoke(app, ["faults", *arguments])


def run(*arguments: str):
    return faults("run", "--reference", DEMO, *arguments)


@pytest.fixture
def own(tmp_path):
    file = tmp_path / "my-own.yaml"
    file.write_text(FAULT)
    return file


def test_a_user_s_own_fault_runs_by_its_path_and_is_told_to_machines(own, tmp_path):
    result = run(str(own), "--json", str(tmp_path / "out.json"))
    assert result.exit_code == 0, result.output
    assert "image.tag-fixed" in result.output
    told = json.loads((tmp_path / "out.json").read_text())
    assert [(fault["id"], fault["correct"]) for fault in told["faults"]] == [("my-own", True)]
    assert told["clean"] == {"runs": 1, "alarms": 0}
    assert told["harmless"] == {"runs": 0, "alarms": 0}


def test_a_fault_that_is_not_named_exits_with_1(own):
    own.write_text(FAULT.replace("cubejs/cube:latest", "cubejs/cube:v1.7.44"))
    result = run(str(own))
    assert result.exit_code == 1
    assert "my-own: to be named: image.tag-fixed; named: nothing" in result.output


def test_a_fault_that_does_not_fit_the_platform_exits_with_2_and_its_place(own):
    own.write_text(FAULT.replace("containers/cube", "containers/cub"))
    result = run(str(own))
    assert result.exit_code == 2
    assert f"{own}:7" in result.output
    assert "did you mean 'cube'?" in result.output


def test_a_stage_looks_for_its_own_faults_alone():
    result = run("image-floats", "cron-with-four-fields", "--stage", "load", "--clean-runs", "0")
    assert result.exit_code == 0
    assert "cron-with-four-fields" in result.output
    assert "image-floats" not in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to run"),
        (("--clean-runs", "0"), "nothing to run"),
        (("image-floats", "--stage", "load"), "nothing to run"),
        (("--all", "image-floats"), "--all and faults by name"),
        (("image-float",), "did you mean 'image-floats'?"),
        (("--all", "--stage", "preflight,lod"), "did you mean 'load'?"),
        (("image-floats", "--reference", "nowhere"), "the platform has no platform.yaml"),
        (("image-floats", "--stage", "bronze"), "no stage 'bronze' in environment none"),
        (("polaris-dead",), "nothing to run"),
        (("image-floats", "--env", "local"), "nothing to run"),
    ],
)
def test_what_cannot_be_run_is_a_mistake_of_usage(arguments, words):
    result = run(*arguments)
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == 2
    assert words in str(result.exception)


def test_faults_are_listed_and_shown():
    listed = faults("list", "--stage", "load").output
    assert "compiled-without-layers" in listed
    assert "image-floats" not in listed
    shown = faults("show", "image-floats").output
    assert shown.startswith("id: image-floats\n")


def test_mends_are_judged_and_told_to_machines(tmp_path):
    wanted = ["cube-endpoint-written-as-url", "cube-endpoint-written-as-host-port"]
    result = faults("mends", *wanted, "--reference", DEMO, "--json", str(tmp_path / "out.json"))
    assert result.exit_code == 0, result.output
    assert "does not hold: what is broken now" in result.output
    assert "proved: the roots are gone" in result.output
    told = json.loads((tmp_path / "out.json").read_text())["mends"]
    assert [(mend["id"], mend["holds"]) for mend in told] == [(wanted[0], False), (wanted[1], True)]


def test_a_mend_that_does_not_do_what_it_says_exits_with_1(tmp_path):
    file = tmp_path / "idle.yaml"
    file.write_text(
        "id: idle\ntitle: t\njudged_on: image-floats\nactions:\n  - {set_platform: governance/owner, to: me}\n"
    )
    assert faults("mends", str(file), "--reference", DEMO).exit_code == 1


def test_an_unknown_mend_is_told_with_the_nearest():
    result = faults("mends", "catalog-role-kep", "--reference", DEMO)
    assert isinstance(result.exception, UsageError)
    assert "did you mean 'catalog-role-kept'?" in str(result.exception)
