"""The evidence of a scenario: what was asked and logged while it ran, nothing of before, and no secret."""

import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.evidence import Evidence
from harness.stack import Stack, WorkloadState
from tests.stacks import a_stack

SECRET = "0123456789abcdef0123"


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    (tmp_path / "secrets.json").write_text(json.dumps({"polaris-client-secret": SECRET}))
    names = ("polaris", "jaeger", "cube-api", "object-store", "postgresql", "marquez", "a", "b", "c", "d")
    for name in names:
        (tmp_path / f"{name}.log").write_text(f"{name} has started\n")
    return a_stack(
        tmp_path,
        workloads=[
            *(WorkloadState(name=n, component=n, kind="real", log=tmp_path / f"{n}.log") for n in names),
            WorkloadState(name="external", component="lineage-store", kind="external"),
        ],
    )


@pytest.fixture
def refusing():
    class Refuses(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(404)
            self.end_headers()
            self.wfile.write(f"Unable to find warehouse demo_catalog for {SECRET}".encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuses) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_failing_step_shows_its_exchanges_and_the_new_lines_of_the_workloads_concerned(stack, refusing):
    evidence = Evidence()
    with evidence.recorder.client(refusing) as client:
        client.get("/of-another-scenario")
        evidence.begin(stack)
        client.get("/v1/config?warehouse=demo_catalog")
    with stack.workload("polaris").log.open("a") as log:
        log.write(f"415 the token request of {SECRET} is JSON\n")
    with stack.workload("jaeger").log.open("a") as log:
        log.write("of no concern\n")
    shown = evidence.render(["polaris", "cube-api", "external", "unheard-of"])
    assert shown.splitlines() == [
        "exchanges",
        f"  GET {refusing}/v1/config?warehouse=demo_catalog → 404 ({evidence.exchanges[0].milliseconds} ms)",
        "    < Unable to find warehouse demo_catalog for •••",
        "last lines of polaris (harness logs polaris)",
        "  415 the token request of ••• is JSON",
    ]


def test_nothing_recorded_is_nothing_shown(stack):
    evidence = Evidence()
    assert evidence.render() == ""
    evidence.begin(stack)
    assert evidence.render(["polaris", "jaeger"]) == ""
    assert evidence.exchanges == []


def test_the_last_lines_of_each_log_are_shown_in_the_order_of_the_names(stack):
    evidence = Evidence()
    evidence.mark_logs(stack)
    for name in ("polaris", "jaeger"):
        with stack.workload(name).log.open("a") as log:
            log.writelines(f"{name} {number}\n" for number in range(5))
    assert evidence.tail_logs(stack, ["jaeger", "polaris"], lines=2) == {
        "jaeger": ["jaeger 3", "jaeger 4"],
        "polaris": ["polaris 3", "polaris 4"],
    }


def test_a_log_that_was_never_marked_is_told_from_its_start(stack):
    assert Evidence().tail_logs(stack, ["polaris"]) == {"polaris": ["polaris has started"]}


def test_what_looks_like_a_secret_is_hidden_also_when_the_stack_is_gone(stack):
    evidence = Evidence()
    evidence.begin(stack)
    with stack.workload("polaris").log.open("a") as log:
        log.write("client_secret=hunter2\n")
    stack.secrets_file.unlink()
    assert evidence.tail_logs(stack, ["polaris"]) == {"polaris": ["client_secret=•••"]}


def test_what_a_dead_workload_said_is_shown_whatever_the_contract(stack):
    evidence = Evidence()
    evidence.begin(stack)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stack.workload("jaeger").pid = gone.pid
    with stack.workload("jaeger").log.open("a") as log:
        log.write("panic\n")
    assert evidence.render(["polaris"]).splitlines() == ["last lines of jaeger (harness logs jaeger)", "  panic"]
