"""What is recorded carries no secret, and stays readable."""

import base64
import json
import time
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.evidence import mask


@pytest.mark.parametrize(
    "text",
    [
        "grant_type=client_credentials&client_secret=hunter2&scope=x",
        '{"access_token": "hunter2", "token_type": "bearer"}',
        '{"access_token":"hunt\\"er2 hunter2","expires_in":3600}',
        r'{"body": "{\"access_token\": \"hunter2\"}"}',
        '{"access_token": "hunter2',  # cut off
        "authorization: Bearer hunter2",
        "Authorization: Basic aHVudGVyMg==hunter2",
        '{"config": {"s3.secret-access-key": "hunter2", "s3.session-token": "hunter2"}}',
        '{"credentials": {"clientId": "me", "clientSecret": "hunter2"}}',
        "{'client_secret': 'hunter2'}",
        "POSTGRES_PASSWORD=hunter2",
        "OBJECT_STORE_KEYS_SECRET_ACCESS_KEY: hunter2",
        "http://store/b/k?X-Amz-Credential=hunter2&X-Amz-Security-Token=hunter2&X-Amz-Signature=hunter2",
        "AWS4-HMAC-SHA256 Credential=AKIAHUNTER2XXXXXX/20260101/us-east-1, Signature=hunter2",
        "<Credentials><SecretAccessKey>hunter2</SecretAccessKey><SessionToken>hunter2</SessionToken></Credentials>",
        "CREATE SECRET lake (TYPE iceberg, CLIENT_ID 'hunter2', CLIENT_SECRET 'hunter2', KEY_ID 'hunter2')",
        "CREATE SECRET s (TYPE s3, KEY_ID 'k', SECRET 'hunter2')",
        "postgresql://floe:hunter2@127.0.0.1:5432/floe",
        "password authentication failed: password=hunter2",
        "eyJhbGciOiJIUzI1NiJ9.hunter2aaaaaaa.hunter2-hunter2_",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text):
    assert "hunter2" not in mask(text)
    assert "AKIA" not in mask(text)
    assert "•••" in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"token_type": "bearer", "expires_in": 3600}',
        "secret_ref: polaris-client-secret",
        "GET http://127.0.0.1:8181/api/catalog/v1/config?warehouse=demo_catalog → 404",
        '{"error": {"message": "Unable to find warehouse demo_catalog", "code": 404}}',
        "POST /api/catalog/v1/oauth/tokens 415 Unsupported Media Type",
        "s3://iceberg-bronze/bronze/raw_customers/metadata/00000-abc.metadata.json",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736 has no span of floe-cube-api",
        "the token has expired",
    ],
)
def test_what_helps_to_find_the_cause_is_kept(text):
    assert mask(text) == text


def test_json_stays_json():
    given_text = '{"access_token": "x.y", "nested": {"client_secret": "a\\"b", "n": 1}, "token_type": "bearer"}'
    masked = json.loads(mask(given_text))
    assert masked == {"access_token": "•••", "nested": {"client_secret": "•••", "n": 1}, "token_type": "bearer"}


SECRET = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=6, max_size=40).map(str.strip)


@given(SECRET.filter(lambda secret: len(secret) >= 6 and "•" not in secret), st.text(max_size=30), st.text(max_size=30))
@settings(deadline=None)
def test_a_known_secret_is_hidden_wherever_it_stands(secret, before, after):
    for form in (secret, quote_plus(secret)):
        assert form not in mask(f"{before}{form}{after}", [secret]).replace(before, "").replace(after, "")


def test_of_two_known_secrets_the_longer_is_hidden_whole():
    assert mask("abcdef-ghijkl", ["abcdef", "abcdef-ghijkl"]) == "•••"


def test_a_secret_of_a_few_letters_does_not_take_the_text_with_it():
    assert mask("the root cause", ["root", "", "e"]) == "the root cause"


@pytest.mark.parametrize(
    "piece", ["a", "a_", "token", 'password="', "\\", '{"', "eyJ", "Bearer ", "://a:", "''", "x-amz-"]
)
def test_long_texts_are_masked_in_linear_time(piece):
    def cpu(length: int) -> float:
        begun = time.process_time()
        mask(piece * (length // len(piece)))
        return time.process_time() - begun

    cpu(1_000)
    # Eight times the text may take eight times as long; a pattern that backtracks takes sixty-four times.
    assert cpu(16_000) < 30 * max(cpu(2_000), 0.001)


def test_basic_login_is_hidden():
    login = base64.b64encode(b"me:hunter2").decode()
    assert login not in mask(f"authorization: Basic {login}")
