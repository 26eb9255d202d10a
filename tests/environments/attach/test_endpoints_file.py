"""The endpoints file: what it says is taken as it stands, and every mistake is told at its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.attach.endpoints import NAMES, OPTIONAL, read_endpoints
from harness import stack
from harness.platform import PlatformErrors

ALL = {name: "http://lake.example:8080" for name in NAMES} | {"database": "postgresql://floe@lake.example:5432/floe"}


def write(folder: Path, endpoints: dict[str, str] = ALL, further: str = "") -> Path:
    file = folder / "endpoints.yaml"
    lines = [f"  {name}: {url}" for name, url in endpoints.items()]
    file.write_text("\n".join(["name: staging", "endpoints:", *lines, further]))
    return file


def mistakes(file: Path) -> list[str]:
    with pytest.raises(PlatformErrors) as error:
        read_endpoints(file)
    return [str(problem).replace(str(file), "FILE") for problem in error.value.problems]


def test_a_whole_file_is_taken(tmp_path):
    said = read_endpoints(
        write(
            tmp_path, ALL | {"catalog": "https://lake.example/polaris/"}, "workloads: {polaris: {component: catalog}}"
        )
    )
    assert (said.name, said.production) == ("staging", False)
    assert said.endpoints["catalog"] == "https://lake.example/polaris"
    assert said.workloads["polaris"].component == "catalog"


def test_the_names_are_those_that_a_stack_has():
    known = {value for name, value in vars(stack).items() if name.isupper() and isinstance(value, str)}
    assert set(NAMES) == known


def test_what_is_optional_may_be_left_away_and_nothing_else(tmp_path):
    read_endpoints(write(tmp_path, {name: url for name, url in ALL.items() if name not in OPTIONAL}))
    (told,) = mistakes(write(tmp_path, {name: url for name, url in ALL.items() if name != "catalog"}))
    assert told.startswith("FILE:2:1 (endpoints): no endpoint of catalog")


@pytest.mark.parametrize(
    ("endpoint", "url", "told"),
    [
        ("catalog", "http://user:hidden@lake.example", "without a login"),
        ("database", "postgresql://floe:hidden@lake.example/floe", "without a password"),
        ("catalog", "lake.example:8181", "http or https"),
        ("catalog", "http://lake.example/?token=1", "nothing behind its path"),
        ("catalog", "postgresql://floe@lake.example/floe", "http(s)://host:port"),
        ("database", "http://lake.example", "postgresql://user@host:port/database"),
    ],
)
def test_a_wrong_address_is_told_at_its_place_without_a_secret(tmp_path, endpoint, url, told):
    (said,) = mistakes(write(tmp_path, ALL | {endpoint: url}))
    line = 3 + list(ALL).index(endpoint)
    assert said.startswith(f"FILE:{line}:3 (endpoints.{endpoint})")
    assert told in said
    assert "hidden" not in said


def test_a_misspelt_name_is_told_once_with_what_it_may_mean(tmp_path):
    endpoints = {name: url for name, url in ALL.items() if name != "object-store"} | {"object-stor": "http://h:1"}
    (said,) = mistakes(write(tmp_path, endpoints))
    assert "did you mean 'object-store'?" in said


@pytest.mark.parametrize("secret", ["password: hidden", "polaris-client-secret: hidden", "secrets: {a: hidden}"])
def test_a_secret_has_no_place_in_the_file(tmp_path, secret):
    (said,) = mistakes(write(tmp_path, further=secret))
    assert "unknown key" in said
    assert "hidden" not in said


@given(st.text(max_size=200))
def test_whatever_stands_in_the_file_is_refused_in_words(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("any") / "endpoints.yaml"
    file.write_text(text, encoding="utf-8", errors="replace")
    assert mistakes(file)
