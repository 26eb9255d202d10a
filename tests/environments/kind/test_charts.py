"""The charts as files: their schemas, and that no value of theirs is a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from environments.kind.secrets import SECRETS
from environments.kind.workloads import RELEASES, WORKLOADS, Release

IDENTITY = ["runAsUser", "runAsGroup", "fsGroup", "runAsNonRoot"]
CHARTS = pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.chart)


def values(release: Release) -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe").load(release.folder / "values.yaml")
    return read


def nested(value: Any, key: str) -> Iterator[Any]:
    """Yield what stands under a key, wherever it is."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from nested(inner, key)


@CHARTS
def test_a_schema_asks_for_the_whole_identity(release: Release) -> None:
    schema = json.loads((release.folder / "values.schema.json").read_text())
    assert schema["$defs"]["identity"]["required"] == IDENTITY
    assert schema["$defs"]["identity"]["properties"]["runAsNonRoot"] == {"const": True}
    assert "securityContext" in schema["$defs"]["workload"]["required"]


@CHARTS
def test_each_identity_in_the_values_is_whole_and_is_not_roots(release: Release) -> None:
    found = list(nested(values(release), "securityContext"))
    assert len(found) >= len(values(release)["workloads"])
    for identity in found:
        assert sorted(identity) == sorted(IDENTITY)
        assert identity["runAsUser"] > 0


@CHARTS
def test_a_secret_is_named_and_never_written_out(release: Release) -> None:
    named = [ref for refs in nested(values(release), "secretEnv") for ref in refs.values()]
    named += [ref for refs in values(release).get("secretEnvs", {}).values() for ref in refs.values()]
    assert named
    for ref in named:
        name, key = ref.split("/")
        assert key in SECRETS[name], ref
    for variables in (*nested(values(release), "env"), *values(release).get("envs", {}).values()):
        assert not [name for name in variables if re.search("SECRET|PASSWORD|ACCESS_KEY", name)]


def test_the_table_has_the_ten_workloads_of_the_charts() -> None:
    in_charts = {name for release in RELEASES for name in values(release)["workloads"]}
    assert {workload.app for workload in WORKLOADS} == in_charts
    assert len(WORKLOADS) == 10


def test_each_workload_of_the_charts_has_an_image_of_its_own() -> None:
    for release in RELEASES:
        paths = {f"workloads.{name}.image" for name in values(release)["workloads"]}
        assert paths <= set(release.images)
