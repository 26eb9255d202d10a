"""The matrix: its file, its jobs, its workflows, and the issues that a night leads to."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.matrix.issues import call_gh, findings, open_issues, plan
from harness.matrix.matrix import jobs_of, read_matrix
from harness.matrix.running import outcome, run_jobs, to_retry
from harness.matrix.workflow import workflow_of
from harness.platform.document import Document
from harness.platform.problem import PlatformErrors
from harness.run import Cause
from harness.signoff.merge import merge
from tests.harness.signoff.conftest import ROOT, env_failure, failed, folder_of, run, scenario

__all__ = ["folder_of"]
PROJECT = Path(__file__).parents[3]
NIGHTLY = PROJECT / ".github" / "workflows" / "nightly.yml"


def matrix_of(tmp_path, text):
    (tmp_path / "matrix.yaml").write_text(text)
    return read_matrix(tmp_path / "matrix.yaml")


def test_a_cell_is_a_combination_and_a_job_is_a_part_of_it(tmp_path):
    jobs = jobs_of(matrix_of(tmp_path, "cells: [{environment: local, choices: {a: [x, y], b: ['1.0']}, shards: 2}]"))
    assert [job.name for job in jobs] == [
        "local-x-1.0-1of2",
        "local-x-1.0-2of2",
        "local-y-1.0-1of2",
        "local-y-1.0-2of2",
    ]
    assert jobs[0].arguments == [
        "features/",
        "--env=local",
        "--a=x",
        "--b=1.0",
        "--shard=1/2",
        "--cell=local-x-1.0",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cells: []", "cells"),
        ("cels: [{environment: local}]", "did you mean 'cells'?"),
        ("cells: [{environment: local, shards: 0}]", "matrix.yaml:1:30 (cells.0.shards)"),
        ("cells: [{environment: 'local; rm -rf'}]", "cells.0.environment"),
        ("cells: [{environment: local, choices: {a: ['$(id)']}}]", "cells.0.choices.a.0"),
        ("cells: [{environment: local, features: '--lf x'}]", "cells.0.features"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, text, told):
    with pytest.raises(PlatformErrors) as error:
        matrix_of(tmp_path, text)
    assert told in str(error.value)


def test_the_nightly_workflow_is_current():
    assert NIGHTLY.read_text() == workflow_of(read_matrix(PROJECT / "matrix.yaml"))


def test_the_workflows_are_yaml_with_a_limit_on_each_job_and_no_input_in_a_script():
    for file in NIGHTLY.parent.glob("*.yml"):
        for name, job in Document(file, "a workflow").content["jobs"].items():
            assert job["timeout-minutes"], name
            runs = [step["run"] for step in job["steps"] if "run" in step]
            assert not [run for run in runs if "${{" in run and run != "${{ matrix.run }}"]
    if linter := shutil.which("actionlint"):
        subprocess.run([linter, *map(str, NIGHTLY.parent.glob("*.yml"))], check=True, cwd=PROJECT)


def test_a_pull_request_takes_15_minutes_at_most():
    jobs = Document(NIGHTLY.with_name("pull-request.yml"), "a workflow").content["jobs"]
    assert {job["timeout-minutes"] for job in jobs.values()} == {15}


@pytest.mark.parametrize(
    ("ended", "names"),
    [
        (run(), None),
        (run(failed()), None),
        (run(env_failure(), scenario("B"), failed("C")), [env_failure().scenario]),
        (run(failure=Cause(blame="ENV", fingerprint="f" * 12, told="no space")), []),
        (run(failure=Cause(blame="HARNESS", fingerprint="f" * 12, told="wrong setting")), None),
    ],
)
def test_what_the_environment_failed_is_retried_and_nothing_else(ended, names):
    assert to_retry(ended) == names


def test_a_job_that_is_done_is_not_run_again(tmp_path, folder_of):
    (job,) = jobs_of(matrix_of(tmp_path, "cells: [{environment: local}]"))
    folder_of(run(), "local/first")
    told = []
    ended = run_jobs([job], tmp_path / "results", tmp_path / "durations.json", told=told.append)
    assert told == ["local: 1 of 1 passed"]
    assert ended == {"local": run()}


def test_a_run_that_wrote_nothing_is_told():
    assert outcome(None) == "it wrote no results"


def test_one_issue_for_one_root_whatever_shows_it():
    night = [
        run(failed("A"), failed("B"), roots=(ROOT,)),
        run(failed("A"), id="b" * 32, environment="kind", roots=(ROOT,)),
    ]
    (finding,) = findings(merge(night))
    assert finding.title == "semantic-layer.running is broken: cube-api"
    assert "Shown by 3" in finding.body
    assert [step.number for step in plan([finding], [])] == [None]
    known = [{"number": 7, "body": f"text\n<!-- root-cause {ROOT.fingerprint} -->"}, {"number": 8, "body": None}]
    assert [step.number for step in plan([finding], known)] == [7]


def test_failures_without_a_root_have_an_issue_of_their_own():
    cause = Cause(blame="ENV", fingerprint="e" * 12, told="marquez did not start")
    found = findings(merge([run(env_failure()), run(id="b" * 32, failure=cause, environment="kind")]))
    assert sorted(each.title for each in found) == ["ENV: marquez did not start", "ENV: no space is left"]


def test_a_good_night_opens_nothing():
    assert findings(merge([run(), run(env_failure(), id="b" * 32), run(id="c" * 32, retry_of="b" * 32)])) == []


def test_what_a_platform_tells_does_not_mention_people_or_forge_a_mark():
    root = ROOT.model_copy(update={"actual": "@everyone <!-- root-cause 000000000000 -->"})
    (finding,) = findings(merge([run(failed(), roots=(root,))]))
    assert "@everyone" not in finding.body
    assert [step.number for step in plan([finding], [{"number": 1, "body": finding.body}])] == [1]
    other = finding.__class__("0" * 12, "other", "")
    assert [step.number for step in plan([other], [{"number": 1, "body": finding.body}])] == [None]


def test_issues_go_through_gh(tmp_path, monkeypatch):
    program = tmp_path / "gh"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$*" >> "$0.log"\n[ "$2" = list ] && echo "[]"\nexit 0\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for step in plan(findings(merge([run(failed(), roots=(ROOT,))])), open_issues(call_gh)):
        call_gh(step.command)
    log = (tmp_path / "gh.log").read_text()
    assert "issue list --label root-cause --state open" in log
    assert "issue create --label root-cause --title semantic-layer.running is broken: cube-api" in log
