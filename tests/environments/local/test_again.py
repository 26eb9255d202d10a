"""A workload is ended, started with other variables, and brought back as it was; its stack knows the new process."""

import subprocess
import sys
from urllib.request import urlopen

import psutil
import pytest

from environments.local.again import changed
from environments.local.ports import choose_ports
from environments.local.reload import take_over
from environments.local.started import Started, write_started
from environments.reaper import MARK, Reaper
from harness.errors import StartError
from harness.liveness import alive
from harness.stack import ORCHESTRATOR, WorkloadState
from harness.wait import NotYet, wait_for
from tests.stacks import a_stack

SERVER = """
import http.server, os, sys
class Says(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ.get("WORD", "no word").encode())
    def do_POST(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"data": {}}')
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Says).serve_forever()
"""


@pytest.fixture
def port():
    return choose_ports(fixed=False)["cube-api.http"]  # one that no outgoing connection takes meanwhile


@pytest.fixture
def stack(tmp_path_factory, port):
    folder = tmp_path_factory.mktemp("s")
    reaper = Reaper.start(folder, "again")
    log = folder / "says.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(port)],
            env={"WORD": "first", "OTHER": "kept", MARK: "again"},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    reaper.hold(psutil.Process(process.pid))
    created = psutil.Process(process.pid).create_time()
    made = a_stack(
        folder,
        id="again",
        workloads=[
            WorkloadState(name="says", component="catalog", kind="real", pid=process.pid, created=created, log=log),
            WorkloadState(name="outside", component="catalog", kind="external"),
        ],
    )
    wait_until_it_says(port, "first")
    yield made
    reaper.down()
    reaper.close()


def says(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}") as answer:
        return answer.read().decode()


def wait_until_it_says(port: int, word: str) -> None:
    def asked() -> None:
        try:
            if says(port) != word:
                raise NotYet("another word")
        except OSError as error:
            raise NotYet(str(error)) from None

    wait_for(f"it says {word}", asked, 20)


def test_a_workload_is_ended_and_comes_back_as_it_was(stack, port):
    before = stack.workload("says").pid
    back = changed(stack, "says", None)
    assert not alive(stack.workload("says"))
    back()
    assert alive(stack.workload("says"))
    assert stack.workload("says").pid != before
    assert says(port) == "first"


def test_other_variables_are_set_and_undone(stack, port):
    back = changed(stack, "says", {"WORD": "second"})
    assert says(port) == "second"
    assert psutil.Process(stack.workload("says").pid).environ()["OTHER"] == "kept"
    back()
    assert says(port) == "first"


def test_a_variable_is_left_away(stack, port):
    changed(stack, "says", {"WORD": None})
    assert says(port) == "no word"


def test_only_what_runs_replaced_code_is_started_again(stack, port):
    stack.workloads = [state.model_copy(update={"name": "dagster-user-code"}) for state in stack.workloads[:1]]
    stack.endpoints[ORCHESTRATOR], before = f"http://127.0.0.1:{port}", stack.workloads[0].pid
    take_over(stack, [])
    assert stack.workloads[0].pid == before
    take_over(stack, ["dbt", "pipeline"])
    assert stack.workloads[0].pid != before
    assert alive(stack.workloads[0])


def test_what_is_no_process_of_the_stack_is_told(stack):
    with pytest.raises(StartError, match="outside is no process"):
        changed(stack, "outside", None)


def end(stack):
    process = psutil.Process(stack.workload("says").pid)
    process.kill()
    process.wait()


def test_one_that_has_died_is_started_as_it_was_made_and_ended_again(stack, port):
    log = stack.folder / "says.log"
    env = {"WORD": "made", MARK: "again"}
    write_started(stack.folder, "says", Started([sys.executable, "-c", SERVER, str(port)], env, "/", log, (port,)))
    end(stack)
    back = changed(stack, "says", {})
    assert says(port) == "made"
    back()
    assert not alive(stack.workload("says"))


def test_how_a_process_was_started_is_for_its_user_alone(stack):
    write_started(stack.folder, "says", Started(["says"], {"SECRET": "s"}, "/", stack.folder / "says.log", ()))
    (file,) = (stack.folder / "started").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_one_that_has_died_and_of_which_nothing_is_written_is_told(stack):
    end(stack)
    with pytest.raises(StartError, match="how it was started is not known"):
        changed(stack, "says", {})
