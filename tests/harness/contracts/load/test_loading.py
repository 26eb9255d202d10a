"""Dagster loads the definitions for real, where a Python is named for it."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contracts import Breach
from harness.contracts.load.loading import definitions_load

GOOD = "import dagster as dg\n@dg.asset\ndef one():\n    pass\ndefs = dg.Definitions(assets=[one])\n"


def test_the_demo_loads(demo, tmp_path):
    secrets = ["POLARIS_CLIENT_ID", "POLARIS_CLIENT_SECRET"]
    secrets += ["OBJECT_STORE_KEYS_ACCESS_KEY_ID", "OBJECT_STORE_KEYS_SECRET_ACCESS_KEY"]
    environment = dict.fromkeys(secrets, "none")
    environment |= {
        "PLATFORM_FILE": str(demo.dagster.parent / "platform.yaml"),
        "DEMO_DBT_TARGET": str(tmp_path / "dbt"),
    }
    project = replace(demo, python=Path(sys.executable), environment=environment)
    assert definitions_load(project) == {"module": "demo.pipeline.definitions"}


def test_what_only_running_shows_is_told_with_its_place_and_last_lines(write, roots):
    code = GOOD + "import os\nos.environ['THERE_IS_NO_SUCH_VARIABLE']\n"
    ((contract, breach),) = roots(write({"package/__init__.py": "", "package/a.py": code}, python=Path(sys.executable)))
    assert contract == "orchestrator.definitions-load"
    assert breach.location.file.name == "a.py"
    assert breach.location.line == 7
    assert "KeyError: 'THERE_IS_NO_SUCH_VARIABLE'" in breach.actual
    assert "Traceback" in breach.evidence


def test_what_reading_has_found_is_the_root_and_the_code_is_not_run(write, roots, tmp_path):
    code = GOOD.replace("def one()", "def one(nothing)") + f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    ((contract, _),) = roots(write({"a.py": code}, python=Path(sys.executable)))
    assert contract == "orchestrator.asset-inputs-exist"
    assert not (tmp_path / "ran").exists()


def test_code_is_not_run_without_a_python(write, roots, tmp_path):
    assert roots(write({"a.py": GOOD + f"open({str(tmp_path / 'ran')!r}, 'w')\n"})) == []
    assert not (tmp_path / "ran").exists()


def test_a_code_location_that_takes_too_long_is_ended_with_all_that_it_started(write, monkeypatch):
    monkeypatch.setattr("harness.contracts.load.loading._LIMIT", 3.0)
    code = "import subprocess, time\nsubprocess.Popen(['sleep', '600'])\nprint('begun', flush=True)\ntime.sleep(600)\n"
    with pytest.raises(Breach, match="do not load in time"):
        definitions_load(write({"a.py": code + GOOD}, python=Path(sys.executable)))


def test_a_python_that_is_not_there_is_told(write):
    with pytest.raises(Breach, match="cannot be started"):
        definitions_load(write({"a.py": GOOD}, python=Path("/nowhere/python")))
