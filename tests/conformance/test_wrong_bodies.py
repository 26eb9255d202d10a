"""Bodies of a wrong type: at every place of every recorded kind of request each kind of value. None is a surprise.

What a stand-in did not expect stands in its log as a traceback, and only then: a 500 of the real server's own has none.
"""

import copy
import json
import re

import pytest

from tests.conformance.exchange import RECORDINGS, Client, rows
from tests.conformance.marquez_words import MarquezWords
from tests.conformance.polaris_words import PolarisWords
from tests.conformance.servers import Marquez, Polaris
from tests.conformance.wrong_bodies import BODIES, at, kind_of, places

# One in so many is sent: a number that shares no factor with how many there are at a place, so that each kind of value
# meets each kind of place sooner or later. With 1 all 21,000 are.
EVERY = 23
_NAMED = re.compile(
    r"(?<=/)(catalogs|namespaces|tables|views|generic-tables|policies|principals|principal-roles|catalog-roles|jobs"
    r"|datasets|sources|fields|tags|runs|v1)/(?!config\b|lineage\b|namespaces\b|sources\b|tags\b|jobs\b|catalogs\b"
    r"|principals\b|principal-roles\b|oauth\b)[^/?]+"
)


def route(row):
    """Return what two requests to one resource have in common."""
    return row["request"]["method"], _NAMED.sub(r"\1/*", row["request"]["path"].partition("?")[0])


def has_body(row):
    body = row["request"].get("body")
    good = row["response"]["status"] < 300 and "body-repeat" not in row["request"]
    return good and isinstance(body, dict | list) and "$base64" not in body


def wrong(row, seen):
    """Yield the row with each wrong body, at the places that no earlier row had."""
    body, where = row["request"]["body"], route(row)
    kinds = {(where, *kind_of(body, place)): place for place in places(body)}
    texts = [text for kind, place in kinds.items() if kind not in seen for text in at(body, place)]
    texts = texts[::EVERY] + ([] if where in seen else list(BODIES))
    seen |= {where, *kinds}
    for number, text in enumerate(texts):
        asked = copy.deepcopy(row)
        asked.pop("capture", None)
        # What is made has a name of its own, so that the next is not refused for its name.
        name = json.dumps(body["name"]) if isinstance(body, dict) and isinstance(body.get("name"), str) else None
        own = f'"name": {json.dumps(body["name"] + f"-{number}")}' if name else ""
        asked["request"]["body"] = text.replace(f'"name": {name}', own, 1) if name else text
        yield asked


@pytest.mark.parametrize("name", ["marquez", "polaris"])
def test_a_body_of_a_wrong_type_is_refused_on_purpose(name, request, tmp_path):
    variables = {}
    if name == "polaris":
        store = request.getfixturevalue("store")
        variables = {"s3-endpoint": store.endpoint, "sts-endpoint": f"{store.endpoint}/"}
        variables |= request.getfixturevalue("failing_sts")
        server, words = Polaris(tmp_path, store=store), PolarisWords()
    else:
        server, words = Marquez(tmp_path), MarquezWords()
    server.start()
    client, seen, surprises = Client(words, server.base, server.second, variables), set(), []
    try:
        with server.log.open(encoding="utf-8") as log:
            for row in rows(RECORDINGS / name):
                if row["group"] in ("sts-breaks", "protocol"):
                    continue  # each waits for an STS that fails; bodies of 10 MB
                for asked in wrong(row, seen) if has_body(row) else ():
                    client.send(asked)
                    if "Traceback" in (said := log.read()):
                        surprises.append((*route(row), asked["request"]["body"][:300], said[-300:]))
                client.send(row)
    finally:
        server.stop()
    assert surprises == []
