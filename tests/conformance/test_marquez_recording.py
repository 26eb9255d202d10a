"""The Marquez stand-in answers as the real server was recorded to answer."""

import json

import pytest

from tests.conformance.exchange import RECORDINGS, Client, replay, rows
from tests.conformance.marquez_words import MarquezWords
from tests.conformance.servers import Marquez

FOLDER = RECORDINGS / "marquez"
GROUPS = list(dict.fromkeys(row["group"] for row in rows(FOLDER)))

# Group -> exchanges that are known to differ; docs/stand-ins.md says why. All others must not.
KNOWN = {
    "http": {"http-023", "http-024", "http-025"},  # GraphQL: 501
}


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    server = Marquez(tmp_path_factory.mktemp("replayed")).start()
    found = {}
    for row, _, different in replay(Client(MarquezWords(), server.base, server.second), rows(FOLDER)):
        if different:
            found.setdefault(row["group"], {})[row["id"]] = different
    server.stop()
    return found


@pytest.mark.xdist_group("marquez-recording")
@pytest.mark.parametrize("group", GROUPS)
def test_answers_as_recorded(replayed, group):
    found = replayed.get(group, {})
    assert set(found) == KNOWN.get(group, set()), json.dumps(found, indent=1)
