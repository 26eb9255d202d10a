"""Parts are made whole or not at all, once, and a failure says what to do."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from environments.local.provision.command import Commands, Stopped
from environments.local.provision.making import make_all
from environments.local.provision.progress import Shown
from environments.local.provision.store import folder_of, program_of, stamp_of, state_of
from harness.errors import ProvisionError

PROJECT = Path(__file__).parents[4]
MAKE = """
import sys, pathlib
from environments.local.provision.making import make_all
from environments.local.provision.progress import Shown
from environments.local.provision.recipe import load_recipes
make_all(list(load_recipes(pathlib.Path(sys.argv[1])).values()), Shown())
"""


def make(recipes):
    with Shown() as shown:
        make_all(list(recipes.values()), shown)


def module_of(recipe):
    (module,) = folder_of(recipe).glob(f"lib/*/site-packages/{recipe.name}.py")
    return module


def test_a_part_that_was_made_is_there_and_works(parts):
    recipes = parts("small")
    assert state_of(recipes["small"]) == "missing"
    make(recipes)
    assert state_of(recipes["small"], thorough=True) == "there"
    said = subprocess.run([program_of(recipes["small"]), "-c", "import small; print(small.NAME)"], capture_output=True)
    assert said.stdout == b"small\n"


def test_a_part_that_requires_another_is_made_behind_it(parts, capsys):
    recipes = parts("first", "second", requires="first")
    make(recipes)
    told = capsys.readouterr().err
    assert told.index("ready") < told.index("second")
    assert state_of(recipes["second"]) == "there"


def test_two_runs_at_once_make_a_part_once(parts):
    recipes = parts("small")
    command = [sys.executable, "-c", MAKE, str(recipes["small"].home)]
    runs = [
        subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True, env={**os.environ}) for _ in range(2)
    ]
    told = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], told
    assert sum("ready after" in text for text in told) == 1, told
    assert sum("made by another run" in text for text in told) == 1, told
    assert state_of(recipes["small"], thorough=True) == "there"


def test_what_a_broken_try_left_does_not_get_into_the_part(parts):
    recipes = parts("small")
    partial = folder_of(recipes["small"]).with_name(f"{folder_of(recipes['small']).name}.partial")
    (partial / "bin").mkdir(parents=True)
    (partial / "bin" / "python").write_text("half a program")
    assert state_of(recipes["small"]) == "missing"
    make(recipes)
    assert state_of(recipes["small"], thorough=True) == "there"
    assert not partial.exists()


def test_a_changed_artifact_is_noticed_and_the_part_made_anew(parts):
    recipes = parts("small")
    make(recipes)
    module = module_of(recipes["small"])
    module.unlink()  # it may be a link to uv's own copy
    module.write_text("NAME = 'other'\n")
    assert state_of(recipes["small"]) == "damaged"
    make(recipes)
    assert state_of(recipes["small"]) == "there"
    assert module_of(recipes["small"]).read_text() == "NAME = 'small'\n"


def test_a_change_that_keeps_size_and_time_is_noticed_by_a_thorough_look(parts):
    recipes = parts("small")
    make(recipes)
    module = module_of(recipes["small"])
    stat, text = module.stat(), module.read_text()
    module.unlink()  # it may be a link to uv's own copy
    module.write_text(text.replace("small", "SMALL"))
    os.utime(module, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert state_of(recipes["small"], thorough=True) == "damaged"


def test_an_artifact_that_was_only_touched_is_unchanged(parts):
    recipes = parts("small")
    make(recipes)
    module = module_of(recipes["small"])
    os.utime(module)
    assert state_of(recipes["small"]) == "there"


@pytest.mark.parametrize("stamp", ["", "{", "[]", "{}", '{"digest": 3, "artifacts": {}}'])
def test_a_stamp_that_is_no_stamp_makes_the_part_anew(parts, stamp):
    recipes = parts("small")
    folder = folder_of(recipes["small"])
    folder.mkdir(parents=True)
    (folder / ".floe-part.json").write_text(stamp)
    assert state_of(recipes["small"]) != "there"


def test_a_stamp_without_artifacts_proves_nothing(parts):
    recipe = parts("small")["small"]
    folder_of(recipe).mkdir(parents=True)
    (folder_of(recipe) / ".floe-part.json").write_text(json.dumps({"digest": recipe.digest, "artifacts": {}}))
    assert state_of(recipe) == "damaged"


def test_a_changed_lock_asks_for_another_part(parts):
    recipes = parts("small")
    make(recipes)
    before = folder_of(recipes["small"])
    changed = parts("small", requirement="./{name}-1-py3-none-any.whl  # again")["small"]
    assert folder_of(changed) != before
    assert state_of(changed) == "missing"


def test_a_failure_says_which_part_which_command_the_last_lines_and_what_to_do(parts, cache, capsys):
    recipes = parts("small", requirement="./is-not-there-1-py3-none-any.whl")
    with pytest.raises(ProvisionError) as failure:
        make(recipes)
    message = str(failure.value)
    assert "small could not be made" in message
    assert "pip install --no-deps" in message
    assert "is-not-there" in failure.value.evidence
    assert str(cache / "logs" / "small.log") in message
    assert "is-not-there" in (cache / "logs" / "small.log").read_text()
    assert "failed" in capsys.readouterr().err
    assert state_of(recipes["small"]) == "missing"


def test_a_failed_part_ends_what_requires_it_and_is_what_is_told(parts):
    recipes = parts("first", "second", requires="first")
    (recipes["first"].home / "first" / "requirements.txt").write_text("./is-not-there-1-py3-none-any.whl")
    with pytest.raises(ProvisionError, match="first could not be made"):
        make(recipes)
    assert state_of(recipes["second"]) == "missing"


def test_a_failed_part_is_made_when_the_cause_has_gone(parts):
    with pytest.raises(ProvisionError):
        make(parts("small", requirement="./is-not-there-1-py3-none-any.whl"))
    recipes = parts("small")
    make(recipes)
    assert state_of(recipes["small"]) == "there"


def test_a_part_without_its_artifact_is_not_whole(parts):
    recipes = parts("small")
    recipe = recipes["small"].model_copy(update={"artifacts": ("bin/python", "bin/no-such-program")})
    with pytest.raises(ProvisionError, match="not whole") as failure:
        make({"small": recipe})
    assert "bin/no-such-program" in str(failure.value)
    assert state_of(recipe) == "missing"


def test_a_disk_that_is_too_small_is_told_before_anything_is_made(parts, cache):
    recipes = parts("small", megabytes=10**9)
    with pytest.raises(ProvisionError, match="not enough disk") as failure:
        make(recipes)
    assert "1000000000 MB" in failure.value.expected
    assert str(cache) in failure.value.expected
    assert not (cache / "parts").exists()


def test_a_cache_that_cannot_be_made_is_told(parts, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ProvisionError, match="cache folder") as failure:
        make(parts("small"))
    assert "XDG_CACHE_HOME" in failure.value.next_step


def test_stopping_ends_a_command_with_all_that_it_started(tmp_path):
    commands, begun = Commands(Shown()), tmp_path / "begun"
    child = f"import pathlib, time; pathlib.Path({str(begun)!r}).write_text('x'); time.sleep(600)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    ended = []

    def run():
        with pytest.raises(Stopped):
            commands.run("slow", [sys.executable, "-c", parent], cwd=tmp_path)
        ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    while not begun.exists():
        assert thread.is_alive()
        thread.join(0.02)
    commands.stop()
    thread.join(30)  # ends only when the grandchild, too, has let go of the output
    assert ended == [True]
    with pytest.raises(Stopped):
        commands.run("late", [sys.executable, "-c", ""], cwd=tmp_path)


def test_a_program_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ProvisionError, match="no-such-program cannot be run"):
        Commands(Shown()).run("small", [str(tmp_path / "no-such-program")], cwd=tmp_path)


def test_a_part_says_how_long_it_took_to_make(parts):
    recipes = parts("small")
    make(recipes)
    assert stamp_of(folder_of(recipes["small"]))["seconds"] > 0
