"""What a run leaves in its results folder: what it left out, what its workers saw, and that it was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.feature_files import scenario_names
from harness.run import read_results
from harness.wait import NotYet, wait_for

PROJECT = Path(__file__).parents[2]


def command(*arguments):
    made = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", f"--rootdir={PROJECT}"]
    made += ["--confcutdir", str(PROJECT), f"--platform={PROJECT / 'demo' / 'platform.yaml'}", *arguments]
    return made


def run(folder, *arguments):
    done = subprocess.run(command(*arguments), cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done, read_results(folder / "results")


PREFLIGHT = str(PROJECT / "features" / "preflight.feature")


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "with a worker"])
def test_what_was_left_out_is_known(tmp_path, workers):
    done, results = run(tmp_path, PREFLIGHT, "--results=results", "-k", "Lineage", *workers)
    assert done.returncode == 0, done.stdout
    assert results.problems == ()
    assert len(results.run.scenarios) == 1
    assert len(results.run.collected) == len([*scenario_names(Path(PREFLIGHT))]) > 1


def test_a_run_says_where_it_comes_from(tmp_path):
    _, results = run(tmp_path, PREFLIGHT, "--results=results", "--shard=2/2", "--cell=local-x", "--retry-of=abc")
    found = results.run
    assert (found.shard, found.cell, found.retry_of, found.exit_status) == ("2/2", "local-x", "abc", 0)
    assert found.environment == "local"
    assert found.choices["object_store"] == "seaweedfs"
    assert len(found.platform_digest) == len(found.code_digest) == 64
    assert 0 < len(found.scenarios) < len(found.collected)
    assert {one.id for one in found.promises} >= set(found.contracts)
    assert all("preflight" in one.tags for one in found.scenarios)


def test_a_run_that_is_killed_is_half_written(tmp_path):
    arguments = command(str(PROJECT / "features" / "load.feature"), "--results=results")
    process = subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for("run.json is there", lambda: _is_there(tmp_path / "results" / "run.json"), limit=60)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert "half-written" in read_results(tmp_path / "results").problems[0]


def _is_there(file):
    if not file.is_file():
        raise NotYet("no file")


def test_a_folder_of_something_else_ends_the_run_before_it_begins(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "thesis.txt").write_text("mine")
    done = subprocess.run(
        command(PREFLIGHT, "--results=results"), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 4
    assert "not a results folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_listing_scenarios_writes_nothing(tmp_path):
    subprocess.run(command(PREFLIGHT, "--results=results", "--collect-only"), cwd=tmp_path, check=True, timeout=60)
    assert not (tmp_path / "results").exists()
