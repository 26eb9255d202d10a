"""`harness standin`: runs alone with no more than a name, says how to reach it, ends at Ctrl-C, refuses clearly."""

import os
import re
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from tests.conformance.servers import PROJECT, free_port


def command(*arguments):
    return [sys.executable, "-m", "harness.cli", "standin", *arguments]


def environment(**more):
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("POLARIS", "MARQUEZ", "AWS"))}
    return bare | {"PYTHONUNBUFFERED": "1"} | more


def running(*arguments, **more):
    return subprocess.Popen(
        command(*arguments), env=environment(**more), cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip


def refused(*arguments, **more):
    done = subprocess.run(command(*arguments), env=environment(**more), cwd=PROJECT, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def told(process, pattern):
    for line in process.stdout:
        if found := re.search(pattern, line):
            return found
    raise AssertionError(f"it ended without a word of {pattern}")


@pytest.mark.parametrize(("server", "path"), [("polaris", "/api/catalog/v1/config"), ("marquez", "/api/v1/namespaces")])
def test_it_says_how_to_reach_it_and_ends_at_ctrl_c(server, path):
    port, second = free_port(), free_port()
    process = running(server, "--port", str(port), "--management-port", str(second))
    try:
        assert f"http://127.0.0.1:{port}/api" in told(process, "API +(.*)")[0]
        health = told(process, r"health +(\S+)")[1]
        told(process, "a stand-in for .*not the real server")  # said when it is about to listen
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport, trust_env=False) as http:
            assert http.get(health).status_code == 200
            assert http.get(f"http://127.0.0.1:{port}{path}").status_code == (401 if server == "polaris" else 200)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_polaris_makes_up_a_secret_that_works():
    port = free_port()
    process = running("polaris", "--port", str(port))
    try:
        secret = told(process, r"client +root, its secret for this time (\S+)")[1]
        told(process, "not the real server")
        form = {"grant_type": "client_credentials", "client_id": "root", "client_secret": secret}
        form["scope"] = "PRINCIPAL_ROLE:ALL"
        with httpx.Client(transport=httpx.HTTPTransport(retries=10), trust_env=False) as http:
            issued = http.post(f"http://127.0.0.1:{port}/api/catalog/v1/oauth/tokens", data=form)
        assert issued.status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def test_a_port_in_use_is_one_clear_error():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, said = refused("marquez", "--port", str(port))
    assert status == 2
    assert f"port {port} cannot be used" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "polaris"),
        (["marquez", "--port", "0"], "--port"),
        (["marquez", "--database", "postgresql://u:hidden@h/d"], "set MARQUEZ_DATABASE_URL"),
        (["polaris", "--database", "not a url"], "--database cannot be read"),
        (["polaris", "--database", "sqlite:////not/there/x.db"], "POLARIS_DATABASE_URL"),
    ],
)
def test_a_wrong_argument_is_named(arguments, said):
    if "--port" not in arguments:
        arguments = [*arguments, "--port", str(free_port())]
    status, words = refused(*arguments)
    assert status == 2
    assert said in words
    assert "hidden" not in words
