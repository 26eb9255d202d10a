"""The Polaris stand-in answers as the real server was recorded to answer."""

import json

import pytest

from tests.conformance.exchange import RECORDINGS, Client, replay, rows
from tests.conformance.polaris_words import PolarisWords
from tests.conformance.servers import Polaris

FOLDER = RECORDINGS / "polaris"
GROUPS = list(dict.fromkeys(row["group"] for row in rows(FOLDER)))

# Group -> exchanges that are known to differ; docs/stand-ins.md says why. All others must not.
KNOWN = {
    "protocol": {"protocol-040"},  # an accident of the real server's JSON binding
}


@pytest.fixture(scope="module")
def replayed(own_server, store, failing_sts):
    variables = {"s3-endpoint": store.endpoint, "sts-endpoint": f"{store.endpoint}/", **failing_sts}
    client = Client(PolarisWords(), own_server.base, own_server.second, variables)
    found = {}
    for row, _, different in replay(client, rows(FOLDER)):
        if different:
            found.setdefault(row["group"], {})[row["id"]] = different
    return found


@pytest.fixture(scope="module")
def own_server(store, tmp_path_factory):
    server = Polaris(tmp_path_factory.mktemp("replayed"), store=store).start()
    yield server
    server.stop()


@pytest.mark.xdist_group("polaris-recording")
@pytest.mark.parametrize("group", GROUPS)
def test_answers_as_recorded(replayed, group):
    found = replayed.get(group, {})
    assert set(found) == KNOWN.get(group, set()), json.dumps(found, indent=1)


def test_an_expired_token_is_refused_as_recorded(own_polaris, store, failing_sts):
    server = own_polaris(POLARIS_TOKEN_SECONDS="2")
    variables = {"s3-endpoint": store.endpoint, "sts-endpoint": f"{store.endpoint}/", **failing_sts}
    client = Client(PolarisWords(), server.base, server.second, variables)
    recorded = [json.loads(line) for line in (FOLDER / "short-token.jsonl").open()]
    for row, _, different in replay(client, recorded, strict=True):
        assert different == [], row["note"]
