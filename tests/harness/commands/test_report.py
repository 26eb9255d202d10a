"""The report is made by Allure itself, keeps its history, and its gate decides by an exit status."""

import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def report(tmp_path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "harness.cli", "report", *arguments]
        import os

        env = {**os.environ, "PYTHONPATH": str(PROJECT)}
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False)

    return run


def result(folder: Path, name: str, status: str, message: str = "") -> None:
    folder.mkdir(exist_ok=True)
    id = str(uuid.uuid4())
    content = {
        **{"uuid": id, "historyId": name, "testCaseId": name, "fullName": name, "name": name, "status": status},
        **{"stage": "finished", "start": 1790000000000, "stop": 1790000001000, "labels": [], "steps": []},
        "statusDetails": {"message": message},
    }
    (folder / f"{id}-result.json").write_text(json.dumps(content))


def test_folders_become_one_report_with_a_history(report, tmp_path):
    result(tmp_path / "a", "lake::there", "passed")
    result(tmp_path / "b", "lake::broken", "failed", "catalog.namespace-located broken at stage init: no 'gold'")
    (tmp_path / "b" / "categories.json").write_bytes((PROJECT / "reports" / "allure" / "categories.json").read_bytes())
    done = report("a", "b", "-o", "html", "--history", "h.jsonl", "--gate")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "html/index.html" in done.stdout
    shown = "".join(f.read_text(errors="replace") for f in (tmp_path / "html").rglob("*") if f.suffix == ".json")
    assert "lake::there" in shown
    assert "catalog.namespace-located broken" in shown
    assert "Platform: a contract is broken" in shown
    assert len((tmp_path / "h.jsonl").read_text().splitlines()) == 1
    done = report("a", "-o", "html", "--history", "h.jsonl", "--gate")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len((tmp_path / "h.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize("content", [None, "environment.properties"])
def test_without_results_it_says_what_to_do(report, tmp_path, content):
    if content:
        (tmp_path / "nothing").mkdir()
        (tmp_path / "nothing" / content).write_text("a=b")
    done = report("nothing")
    assert done.returncode == 2
    assert "--alluredir" in done.stderr
    assert "Traceback" not in done.stderr


def test_results_that_are_no_json_are_no_traceback(report, tmp_path):
    result(tmp_path / "a", "lake::there", "passed")
    (tmp_path / "a" / "half-result.json").write_text('{"uuid": "x", ')
    (tmp_path / "a" / "categories.json").write_text("[")
    done = report("a", "-o", "html", "--history", "h.jsonl")
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
