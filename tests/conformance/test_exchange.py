"""The comparison of recorded exchanges sees what it must."""

import pytest

from tests.conformance.polaris_words import differences

ERROR = {"error": {"message": "m", "type": "T", "code": 404}}


def answer(status=200, body=None, headers=None):
    return {"status": status, "headers": headers or {}, "body": body}


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (answer(200), answer(204)),
        (answer(404, ERROR), answer(404, {"error": ERROR["error"] | {"type": "U"}})),
        (answer(404, ERROR), answer(404, {"error": ERROR["error"] | {"message": "n"}})),
        (answer(404, ERROR), answer(404)),
        (answer(401, {"error": "a", "error_description": "b"}), answer(401, {"error": "c", "error_description": "b"})),
        (answer(200, {"a": {"b": 1}}), answer(200, {"a": {}})),
        (answer(200, {"a": [{"b": 1}]}), answer(200, {"a": [{"b": 1, "c": 2}]})),
    ],
)
def test_a_difference_is_seen(expected, got):
    assert differences(expected, got)


def test_values_differ_only_when_asked_for():
    expected, got = answer(200, {"a": 1}, {"etag": "x"}), answer(200, {"a": 2}, {"etag": "y"})
    assert differences(expected, got) == []
    assert len(differences(expected, got, strict=True)) == 2
