"""Ports are free ones of 127.0.0.1, or the usual ones on request."""

import socket

import pytest

from environments.local import ports
from harness.errors import UsageError


def test_every_name_has_a_port_of_its_own():
    chosen = ports.choose_ports(fixed=False)
    assert set(chosen) == set(ports.USUAL)
    assert len(set(chosen.values())) == len(chosen)


def test_a_fixed_port_that_is_in_use_names_its_holder(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(ports, "USUAL", {"polaris.http": taken.getsockname()[1]})
        with pytest.raises(UsageError) as told:
            ports.choose_ports(fixed=True)
    assert "of polaris.http is in use" in str(told.value)
    assert "listens there" in str(told.value)
