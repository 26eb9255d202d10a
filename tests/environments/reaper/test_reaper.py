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


def test_what_a_registered_process_started_goes_with_it(folder):
    reaper = Reaper.start(folder, "family", delay=0.1)
    code = (
        "import subprocess, sys, time; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(120)'],"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", f"{code} start_new_session=True).pid, flush=True); time.sleep(120)"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    reaper.hold(psutil.Process(parent.pid))
    reaper.down()
    assert gone(child)
    assert parent.wait() in (-signal.SIGTERM, -signal.SIGKILL)  # the second where it did not end in time


def test_a_pid_that_another_process_has_now_is_left_alone(folder):
    reaper = Reaper.start(folder, "recycled", delay=0.1)
    stranger = sleeper()
    try:
        reaper._ask(f"process {stranger.pid} {stranger.create_time() - 100}")
        reaper.down()
        assert not folder.exists()
        assert not gone(stranger)
    finally:
        stranger.kill()


def test_what_ignores_sigterm_is_killed(folder):
    reaper = Reaper.start(folder, "stubborn", delay=0.1)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(120)"
    )
    stubborn = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert stubborn.stdout is not None
    assert stubborn.stdout.readline() == "on\n"
    reaper.hold(psutil.Process(stubborn.pid))
    reaper.down()
    assert stubborn.wait() == -signal.SIGKILL


def test_a_client_that_does_not_wait_for_its_answers_does_not_end_the_reaper(folder):
    reaper = Reaper.start(folder, "hasty", delay=60)
    for _ in range(20):
        hasty = Reaper(folder)
        hasty._socket.sendall(b"keep 0\n" * 1000 + b"nonsense\nprocess one two\n\xff\n")
        hasty.close()
    reaper.keep(False)  # answered, so it lives
    reaper.down()
    assert not folder.exists()


def test_a_reaper_that_is_told_to_end_takes_its_stack_along(folder):
    reaper = Reaper.start(folder, "ended", delay=60)
    held = sleeper()
    reaper.hold(held)
    everything = psutil.process_iter(["cmdline"])
    [process] = [p for p in everything if {"environments.reaper", str(folder)} <= set(p.info["cmdline"] or [])]
    process.terminate()
    assert becomes(lambda: gone(held) and not folder.exists())


def test_what_was_removed_and_why_is_on_record(folder):
    reaper = Reaper.start(folder, "recorded", delay=60)
    held = sleeper()
    reaper.hold(held)
    reaper.down()
    written = (folder.parent / "removed.log").read_text()
    assert "stack recorded: its end was asked for" in written
    assert f"ended {held.pid} " in written


def test_a_reaper_that_cannot_start_is_told_at_once(tmp_path):
    too_long = tmp_path / ("x" * 100)
    too_long.mkdir()
    with pytest.raises(OSError, match=r"the reaper did not start: .*path too long"):
        Reaper.start(too_long, "long")


def test_a_socket_that_a_process_made_elsewhere_goes_with_it_and_no_other_file(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("e")
    (elsewhere / "kept").write_text("not of the stack")
    listening = "import socket, time; s = socket.socket(socket.AF_UNIX); s.bind('l'); s.listen(); time.sleep(120)"
    environment = {**os.environ, MARK: "socket"}
    child = subprocess.Popen(
        [sys.executable, "-c", listening.replace("'l'", repr(str(elsewhere / "l")))],
        env=environment,
        start_new_session=True,
    )
    assert becomes((elsewhere / "l").is_socket)
    reaper = Reaper.start(folder, "socket", delay=0.3)
    reaper.hold(psutil.Process(child.pid))
    reaper.down()
    reaper.close()
    assert [path.name for path in elsewhere.iterdir()] == ["kept"]
