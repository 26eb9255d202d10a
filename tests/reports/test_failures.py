"""A failed scenario leaves a page that names the run's root, and the run ends with the command that repeats it."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.evidence.record import Record

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that runs preflight on a platform with one mistake; no stack is needed to find it."""
    folder = tmp_path_factory.mktemp("run")
    text = (PROJECT / "demo" / "platform.yaml").read_text()
    (folder / "own.yaml").write_text(text.replace("namespace: gold", "namespace: demo_catalog.gold"))

    def run_pytest(*options: str) -> tuple[str, list[Record]]:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", f"--rootdir={PROJECT}"]
        command += [str(PROJECT / "features" / "preflight.feature"), "--confcutdir", str(PROJECT)]
        command += ["--platform", "own.yaml", *options]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        files = sorted((folder / ".harness" / "results" / "failures").glob("*.json"))
        assert [f.with_suffix(".html").exists() for f in files] == [True] * len(files)
        return done.stdout, [Record.model_validate_json(file.read_text()) for file in files]

    return run_pytest


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "with a worker"])
def test_the_failed_scenario_has_a_page_with_the_runs_root(run, options):
    out, (record,) = run(*options)
    assert record.scenario == "platform.yaml is right"
    assert record.status == "failed"
    assert record.judged
    assert [root.contract for root in record.roots] == ["platform.namespaces-well-formed"]
    assert [step.status for step in record.steps] == ["passed", "passed", "failed", "skipped", "skipped"]
    broken = [one.id for one in record.contracts if one.state == "broken"]
    assert broken == ["platform.namespaces-well-formed"]
    assert ".harness/results/failures/preflight-platform-yaml-is-right-" in out


def test_the_last_line_is_the_command_that_repeats_the_failure(run):
    out, _ = run()
    last = out.splitlines()[-1]
    assert last.startswith("repeat with: ")
    assert "preflight.feature::platform.yaml is right" in last
    assert "--platform=own.yaml" in last


def test_on_demand_every_scenario_has_a_page_and_without_it_none(run):
    _, records = run("--record=on")
    assert {record.status for record in records} == {"passed", "failed"}
    assert all(not record.roots for record in records if record.status == "passed")
    _, records = run("--record=off")
    assert records == []
