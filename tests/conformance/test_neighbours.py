"""Requests next to the recorded ones: one value, key, name or parameter is another. None surprises a stand-in.

What a stand-in did not expect stands in its log as a traceback, and only then: a 500 of the real server's own has none.
"""

import copy
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.exchange import RECORDINGS, Client, rows
from tests.conformance.marquez_words import MarquezWords
from tests.conformance.polaris_words import PolarisWords
from tests.conformance.wrong_bodies import changed, places, without

SLOW = {"vending", "sts-breaks", "pyiceberg-vended", "duckdb-vended"}  # each waits for an STS that fails, or for files
ROWS = {
    "polaris": [
        row for row in rows(RECORDINGS / "polaris") if row["group"] not in SLOW and "opaque" not in row["request"]
    ],
    "marquez": rows(RECORDINGS / "marquez"),
}
TEXTS = [
    "",
    " ",
    ".",
    "..",
    "a/b",
    "a b",
    "%",
    "ä☃",
    "x" * 300,
    "-1",
    "0",
    "99999999999",
    "null",
    "a:b",
    "job:a:b",
    "#",
    "'",
]
VALUES = [None, True, 0, -1, 1.5, 2**63, [], {}, [None], [[]], {"a": None}, *TEXTS]
PARAMETERS = ["limit", "offset", "depth", "nodeId", "pageToken", "pageSize", "parent", "warehouse", "snapshots", "type"]


@st.composite
def neighbours(draw, recorded):
    """Return a recorded row with one thing changed."""
    row = copy.deepcopy(draw(st.sampled_from(recorded)))
    asked = row["request"]
    body, path = asked.get("body"), asked["path"]
    kinds = ["segment", "parameter", *(["value", "key"] if isinstance(body, dict) and "$base64" not in body else [])]
    kind = draw(st.sampled_from(kinds))
    if kind == "segment":
        plain, mark, query = path.partition("?")
        parts = plain.split("/")
        parts[draw(st.integers(1, len(parts) - 1))] = quote(draw(st.sampled_from(TEXTS)), safe="")
        asked["path"] = "/".join(parts) + mark + query
    elif kind == "parameter":
        value = quote(draw(st.sampled_from(TEXTS)), safe="")
        asked["path"] = f"{path}{'&' if '?' in path else '?'}{draw(st.sampled_from(PARAMETERS))}={value}"
    else:
        place = draw(st.sampled_from(places(body)))
        gone = kind == "key" and len(place) > 0
        asked["body"] = without(body, place) if gone else changed(body, place, draw(st.sampled_from(VALUES)))
    return row


@pytest.mark.parametrize("name", ["marquez", "polaris"])
def test_a_neighbour_of_a_recorded_request_is_answered_on_purpose(name, request):
    server = request.getfixturevalue(name)
    variables = {}
    if name == "polaris":
        store = server.store.endpoint
        variables = {"s3-endpoint": store, "sts-endpoint": f"{store}/", **request.getfixturevalue("failing_sts")}
    client = Client(PolarisWords() if name == "polaris" else MarquezWords(), server.base, server.second, variables)
    if name == "polaris":
        for row in ROWS[name][:1]:
            client.send(row)

    @settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(neighbours(ROWS[name]))
    def check(row):
        before = server.log.stat().st_size
        answer = client.send(row)
        with server.log.open("rb") as log:
            log.seek(before)
            said = log.read().decode()
        assert "Traceback" not in said, said
        if answer["status"] == 501 != row["response"]["status"]:
            assert "stand-in" in str(answer["body"])

    check()
