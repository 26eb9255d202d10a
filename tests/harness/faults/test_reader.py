"""A mistake in a fault's file is told with line, key, what is allowed and the nearest name; all of them at once."""

import pytest

from harness.errors import UsageError
from harness.faults.reader import CATALOGUE, find_faults, read_fault
from harness.platform.problem import PlatformErrors

GOOD = """\
id: lineage-with-path
title: OPENLINEAGE_URL has the full path
seen: 404 in the log
named_by: lineage.url-is-base
subject: floe-cube-api/cube/OPENLINEAGE_URL
earliest: preflight
actions:
  - set_env: OPENLINEAGE_URL
    on: Deployment/floe-cube-api
    to: http://floe-infra-marquez:5000/api/v1/lineage
"""
HARMLESS = "id: more-replicas\ntitle: t\nharmless: true\nactions:\n  - set: Deployment/x spec/replicas\n    to: 3\n"


def refusal(fault, text):
    with pytest.raises(PlatformErrors) as told:
        fault(text, whole=True)
    return told.value


def test_a_fault_that_is_right_is_read(fault):
    read = fault(GOOD, whole=True)
    assert (read.id, read.named_by, read.subject) == (
        "lineage-with-path",
        "lineage.url-is-base",
        ("floe-cube-api/cube/OPENLINEAGE_URL",),
    )
    assert read.environments == ("none",)
    assert fault(HARMLESS, whole=True).harmless


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("set_env:", "set_evn:", 8, ["unknown action 'set_evn'; did you mean 'set_env'?", "unset_env", "edit_file"]),
        ("    to: http", "    too: http", 10, ["unknown key 'too'; did you mean 'to'?", "(actions.0.too)"]),
        ("    on: Deployment/floe-cube-api\n", "", 8, ["'on' is missing", "Kind/name"]),
        ("    on: ", "    unset_env: X\n    on: ", 9, ["two actions in one"]),
        ("    to: http://floe-infra-marquez:5000/api/v1/lineage", "    to: 5000", 10, ["'to' is wrong", "a text"]),
        ("  - set_env: OPENLINEAGE_URL\n    on", "  - set_env\n  - on", 8, ["an action is a mapping"]),
        ("earliest: preflight", "earliest: prefligt", 6, ["did you mean 'preflight'?", "load, init, bronze"]),
        ("earliest: preflight", "earliest: load", 6, ["later than the contract that names it"]),
        ("url-is-base", "url-is-bse", 4, ["no contract 'lineage.url-is-bse'; did you mean 'lineage.url-is-base'?"]),
        ("seen: 404 in the log\n", "", 1, ["'seen' is missing", "what a person would see"]),
        ("named_by: lineage.url-is-base\n", "", 1, ["'named_by' is missing"]),
        ("title:", "titel:", 2, ["unknown key 'titel'; did you mean 'title'?"]),
        ("id: lineage-with-path", "id: Lineage With Path", 1, ["small letters and digits"]),
        ("earliest: preflight", "harmless: true", 4, ["a harmless change has no 'named_by'"]),
        ("earliest:", "environments: [kind]\nearliest:", 6, ["none", "local"]),
        ("earliest:", "environments: [local]\nearliest:", 9, ["'set_env' is not for these environments"]),
        (
            "  - set_env: OPENLINEAGE_URL",
            "  - kill: polaris\n  - set_env: X",
            8,
            ["'kill' is not for these", "[local]"],
        ),
        ("actions:", "actions: []\nothers:", 7, ["at least one entry"]),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_is_allowed(fault, old, new, line, words):
    error = refusal(fault, GOOD.replace(old, new))
    told = [problem for problem in error.problems if problem.location and problem.location.line == line]
    assert told, str(error)
    for word in words:
        assert word in str(error)


def test_a_misspelt_key_is_told_once(fault):
    error = refusal(fault, GOOD.replace("title:", "titel:").replace("named_by:", "namd_by:"))
    assert len(error.problems) == 2


def test_all_mistakes_are_told_at_once(fault):
    text = GOOD.replace("set_env:", "set_evn:").replace("url-is-base", "url").replace("preflight", "never")
    assert [problem.location.line for problem in refusal(fault, text).problems] == [4, 6, 8]


@pytest.mark.parametrize(
    "text", ["", "- a\n", "id: [", "id: a\nid: b\n", "actions: 7\n", "actions: {a: 1}\n", "7: 8\n"]
)
def test_what_is_no_fault_is_told_without_a_traceback(fault, text):
    error = refusal(fault, text)
    assert error.exit_code == 2
    assert "one.yaml" in str(error)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PlatformErrors, match="cannot be read"):
        read_fault(tmp_path / "none.yaml")


def test_faults_are_found_by_id_by_path_and_by_folder_each_once():
    file = CATALOGUE / "preflight" / "lineage-url-with-path.yaml"
    assert [found.id for found in find_faults(["lineage-url-with-path", str(file)])] == ["lineage-url-with-path"]
    assert len(find_faults([str(CATALOGUE / "harmless")])) > 8


def test_an_unknown_id_names_the_nearest(tmp_path):
    with pytest.raises(UsageError, match="did you mean 'lineage-url-with-path'"):
        find_faults(["lineage-url-with-paths"])
    with pytest.raises(UsageError, match="no faults in this folder"):
        find_faults([str(tmp_path)])
