"""A run that failed ends with its roots, after pytest's own list of failures; the report carries them too."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=[(), ("-n", "1")], ids=["alone", "with a worker"])
def run(request, tmp_path_factory):
    """Return the output and the report of a run on a platform with one mistake; no stack is needed to find it."""
    folder = tmp_path_factory.mktemp("run")
    text = (PROJECT / "demo" / "platform.yaml").read_text()
    (folder / "own.yaml").write_text(text.replace("namespace: gold", "namespace: demo_catalog.gold"))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", f"--rootdir={PROJECT}", *request.param]
    command += [str(PROJECT / "features" / "preflight.feature"), "--confcutdir", str(PROJECT), "--platform", "own.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stdout
    return done.stdout, json.loads((folder / ".harness" / "results" / "run.json").read_text())


def test_the_roots_come_after_the_list_of_failures(run):
    out, _ = run
    assert out.index("short test summary info") < out.index("root causes")
    end = out[out.index("root causes") :]
    assert "platform.namespaces-well-formed  broken at stage preflight" in end
    assert "found by" in end
    assert "FAILED" not in end


def test_the_report_has_the_roots(run):
    _, report = run
    (root,) = report["roots"]
    assert root["contract"] == "platform.namespaces-well-formed"
    assert root["stage"] == "preflight"
    assert "own.yaml:" in root["location"]
    assert report["unexplained"] == []


def test_scenarios_and_contracts_point_at_each_other(run):
    _, report = run
    by_scenario = {row["scenario"]: row["contracts"] for row in report["scenarios"]}
    assert all(by_scenario.values())
    pairs = {(id, scenario) for scenario, ids in by_scenario.items() for id in ids}
    assert pairs == {(id, scenario) for id, scenarios in report["contracts"].items() for scenario in scenarios}
    failed = [row for row in report["scenarios"] if row["status"] == "failed"]
    assert [row["cause"]["contract"] for row in failed] == ["platform.namespaces-well-formed"]
    assert [row["cause"]["root"] for row in failed] == [root["fingerprint"] for root in report["roots"]]
