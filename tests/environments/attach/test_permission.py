"""A platform marked production is not written to, unless it is named."""

import pytest

from environments.attach.permission import marked, may_write
from harness.errors import UsageError
from harness.settings import Settings


@pytest.mark.parametrize(
    ("settings", "production"),
    [
        ({}, False),
        ({"read_only": True}, True),
        ({"allow_writes_to": "lake"}, True),
        ({"allow_writes_to": "lake"}, False),
        ({"read_only": True, "allow_writes_to": "another"}, True),
    ],
)
def test_allowed(settings, production):
    may_write(Settings(**settings), "lake", production=production)


@pytest.mark.parametrize(
    ("settings", "production", "told"),
    [
        ({}, True, "--allow-writes-to lake"),
        ({"allow_writes_to": "another"}, True, "names another platform"),
        ({"allow_writes_to": "another"}, False, "names another platform"),
    ],
)
def test_refused(settings, production, told):
    with pytest.raises(UsageError, match=told):
        may_write(Settings(**settings), "lake", production=production)


def test_production_is_marked_by_true_alone():
    assert marked({"production": True})
    assert not marked({"production": "true"})
    assert not marked({"production": False})
    assert not marked({})
