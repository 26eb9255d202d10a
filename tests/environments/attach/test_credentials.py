"""Credentials: the environment before what the platform tells itself; what is nowhere is named, all of it at once."""

from pathlib import Path

import pytest

from environments.attach.credentials import collect, needed
from harness.errors import UsageError
from harness.platform import load_platform

PROJECT = Path(__file__).parents[3]


def test_a_platform_needs_the_secrets_that_it_refers_to():
    platform = load_platform(PROJECT / "demo" / "platform.yaml")
    assert set(needed(platform)) == {
        "object-store-keys.access-key-id",
        "object-store-keys.secret-access-key",
        "polaris-client-id",
        "polaris-client-secret",
        "cube-api-secret",
        "postgres-password",
    }


def test_the_environment_comes_before_the_platform_itself(monkeypatch):
    monkeypatch.setenv("ONE_SECRET", "mine")
    monkeypatch.delenv("OTHER_SECRET", raising=False)
    found = collect("staging", ["one-secret", "other.secret"], lambda ref: f"its {ref}")
    assert found == {"one-secret": "mine", "other.secret": "its other.secret"}


def test_every_secret_that_is_nowhere_is_named_with_its_variable(monkeypatch):
    monkeypatch.setenv("ONE_SECRET", "hidden")
    for name in ("OTHER_SECRET", "THIRD"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError) as error:
        collect("staging", ["one-secret", "other.secret", "third"])
    assert "OTHER_SECRET is not set" in str(error.value)
    assert "THIRD is not set" in str(error.value)
    assert "ONE_SECRET" not in str(error.value)
    assert "hidden" not in str(error.value)
