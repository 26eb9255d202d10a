"""Forwards: one kubectl for all ports of a Service, begun again whenever it ends."""

import os

import psutil
import pytest

from environments.attach.forwards import Forwards, begin
from environments.reaper import MARK
from harness.wait import NotYet, wait_for

FORWARDS = Forwards(
    context="staging",
    namespace="floe",
    ports={20001: ("service/polaris", 8181), 20002: ("service/polaris", 8182), 20003: ("deployment/worker", 4000)},
)
AT = "--context=staging --namespace=floe port-forward --address=127.0.0.1"


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """A kubectl that ends at once, and the file in which its calls stand."""
    (tmp_path / "kubectl").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    (tmp_path / "kubectl").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path / "calls"


def test_a_service_is_forwarded_by_one_command_and_again_when_that_has_ended(calls, tmp_path):
    def twice():
        said = calls.read_text().splitlines() if calls.exists() else []
        if min(said.count(f"{AT} {what}") for what in expected) < 2:
            raise NotYet(str(said))

    expected = ["service/polaris 20001:8181 20002:8182", "deployment/worker 20003:4000"]
    process = begin(FORWARDS, tmp_path)
    try:
        wait_for("kubectl was begun twice", twice, 60)
        assert process.environ()[MARK] == tmp_path.name
    finally:
        process.kill()
        psutil.wait_procs([process])
    assert {line.removeprefix(f"{AT} ") for line in calls.read_text().splitlines()} == set(expected)
