"""What is written in another way raises no alarm; what is wrong is named. Dagster itself says which is which."""

import json
import subprocess
import sys

import pytest

from tests.harness.contracts.load.code_locations import BROKEN, FAILS_LATER, HARMLESS

_LOADS = """
import importlib, json, pathlib, sys
import dagster
said = {}
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    sys.path.insert(0, str(folder))
    try:
        dagster.Definitions.validate_loadable(importlib.import_module("a").defs)
        said[folder.name] = True
    except BaseException:
        said[folder.name] = False
    sys.path.pop(0)
    for name in ("a", "b", "keys", "many", "o", "lake"):
        sys.modules.pop(name, None)
print(json.dumps(said))
"""


@pytest.mark.parametrize("files", HARMLESS.values(), ids=HARMLESS)
def test_a_code_location_that_works_raises_no_alarm(files, write, roots):
    assert [(contract, str(breach)) for contract, breach in roots(write(files))] == []


@pytest.mark.parametrize(("files", "contract"), BROKEN.values(), ids=BROKEN)
def test_a_code_location_that_does_not_work_is_named(files, contract, write, roots):
    project = write(files)
    found = roots(project)
    assert [name for name, _ in found] == [contract]
    assert found[0][1].location.file.is_relative_to(project.dagster)
    assert found[0][1].location.line


def test_dagster_loads_what_raises_no_alarm_and_refuses_the_rest(tmp_path):
    cases = {**HARMLESS, **{name: files for name, (files, _) in BROKEN.items()}}
    names = dict(enumerate(cases))
    for number, name in names.items():
        for file, text in cases[name].items():
            (tmp_path / f"{number:02}").mkdir(exist_ok=True)
            (tmp_path / f"{number:02}" / file).write_text(text)
    done = subprocess.run([sys.executable, "-c", _LOADS, str(tmp_path)], capture_output=True, text=True, check=True)
    loads = {names[int(number)]: said for number, said in json.loads(done.stdout.splitlines()[-1]).items()}
    assert {name for name, said in loads.items() if not said} == set(BROKEN) - FAILS_LATER
