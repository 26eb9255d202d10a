import pytest

from harness.errors import WaitTimeout
from harness.wait import NotYet, eventually, wait_for


def test_returns_what_the_probe_returns_once_it_holds():
    seen = iter([NotYet("no"), NotYet("nearly"), 42])

    def probe():
        value = next(seen)
        if isinstance(value, NotYet):
            raise value
        return value

    assert wait_for("it holds", probe, 5) == 42


def test_a_wait_in_vain_says_what_it_waited_for_and_the_last_thing_seen():
    def probe():
        raise NotYet("3 of 4 spans")

    with pytest.raises(WaitTimeout) as error:
        wait_for("the trace is whole", probe, 0.1)
    assert "until the trace is whole" in str(error.value)
    assert "last seen: 3 of 4 spans" in str(error.value)


def test_a_wait_ends_at_once_when_what_it_waits_for_has_died():
    tries = []

    def probe():
        tries.append(1)
        raise NotYet("no answer")

    with pytest.raises(WaitTimeout) as error:
        wait_for("it answers", probe, 3600, alive=lambda: "polaris: the process has ended")
    assert len(tries) == 1
    assert "polaris: the process has ended" in str(error.value)
    assert "no answer" in str(error.value)


def test_another_error_of_the_probe_is_not_waited_out():
    def probe():
        raise KeyError("wrong")

    with pytest.raises(KeyError):
        wait_for("it holds", probe, 3600)


def test_eventually_raises_the_last_error_itself():
    count = iter(range(10_000))

    def probe():
        raise WaitTimeout(f"try {next(count)}")

    with pytest.raises(WaitTimeout) as error:
        eventually(probe, 0.2, WaitTimeout)
    assert str(error.value) != "try 0"
