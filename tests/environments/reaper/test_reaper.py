"""Whatever way a client ends, its stack goes; unless it is to be kept."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from environments.reaper import MARK, Reaper

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("s")
    if len(str(made)) > 90:
        pytest.fail(f"{made} is too long for a socket: run the tests with a shorter --basetemp")
    return made


def sleeper(stack_id: str = "none") -> psutil.Process:
    command = [sys.executable, "-c", "import time; time.sleep(120)"]
    child = subprocess.Popen(command, env={**os.environ, MARK: stack_id}, start_new_session=True)
    return psutil.Process(child.pid)


def becomes(condition: Callable[[], bool]) -> bool:
    @retry(retry=retry_if_result(lambda held: not held), stop=stop_after_delay(20), wait=wait_fixed(0.05))
    def ask() -> bool:
        return condition()

    return ask()


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_client_that_is_killed_leaves_nothing(folder):
    client = textwrap.dedent(f"""
        import sys, psutil, subprocess
        from pathlib import Path
        from environments.reaper import Reaper
        reaper = Reaper.start(Path({str(folder)!r}), "killed", delay=0.3)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"], start_new_session=True)
        reaper.hold(psutil.Process(child.pid))
        print(child.pid, flush=True)
        sys.stdin.read()
    """)
    running = subprocess.Popen(
        [sys.executable, "-c", client], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    child = psutil.Process(int(running.stdout.readline()))
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert becomes(lambda: gone(child))
    assert becomes(lambda: not folder.exists())


def test_what_was_never_registered_goes_by_its_mark(folder):
    reaper = Reaper.start(folder, "marked", delay=0.2)
    stranger, marked = sleeper("another"), sleeper("marked")
    try:
        reaper.close()
        assert becomes(lambda: gone(marked))
        assert becomes(lambda: not folder.exists())
        assert not gone(stranger)
    finally:
        stranger.kill()


def test_a_kept_stack_stays_until_down(folder):
    reaper = Reaper.start(folder, "kept", delay=0.1)
    held = sleeper()
    reaper.hold(held)
    reaper.keep(True)
    reaper.close()
    second = Reaper(folder)  # answers only while the reaper lives
    assert not gone(held)
    second.down()
    second.close()
    assert becomes(lambda: gone(held))
    assert becomes(lambda: not folder.exists())
