"""`harness watch` runs pytest at once, and again when something that scenarios are made from has changed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from harness.commands.watch import is_source
from harness.wait import NotYet, wait_for


@pytest.fixture
def watching(tmp_path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    (tmp_path / "features").mkdir()
    with (tmp_path / "said").open("wb") as said:
        command = [sys.executable, "-m", "harness.cli", "watch", "--version"]
        # As a terminal starts it: a command in the background of a script would not be told of an interrupt.
        hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        process = subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=said, preexec_fn=hears)
    yield process, tmp_path / "said"
    process.kill()
    process.wait()


def wait_until_said(process: subprocess.Popen[bytes], said: Path, word: str, times: int) -> None:
    def look() -> None:
        if (found := said.read_text().count(word)) < times:
            raise NotYet(f"{found} times: {said.read_text()}")

    wait_for(
        f"{word} is said {times} times", look, 60, alive=lambda: None if process.poll() is None else "it has ended"
    )


def test_a_change_runs_it_again_until_it_is_interrupted(watching):
    process, said = watching
    wait_until_said(process, said, "pytest ", 1)
    (said.parent / "features" / "__pycache__").mkdir()
    (said.parent / "features" / "new.feature").write_text("Feature: new")
    wait_until_said(process, said, "pytest ", 2)
    assert "changed: features/new.feature\n" in said.read_text()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130


def test_nothing_to_watch_is_told(tmp_path):
    command = [sys.executable, "-m", "harness.cli", "watch", "features/"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "nothing to watch" in told.stderr


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("/p/features/init.feature", True),
        ("/p/demo/dbt/models/mart.sql", True),
        ("/p/demo/dbt/logs/dbt.log", False),
        ("/p/step_defs/__pycache__/load.pyc", False),
        ("/p/features/.init.feature.swp", False),
        ("/p/features/init.feature~", False),
    ],
)
def test_what_tools_leave_behind_is_no_source(path, source):
    assert is_source(path) is source
