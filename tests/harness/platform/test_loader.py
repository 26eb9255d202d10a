"""Every mistake of a platform.yaml is told with file, line, column and key."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.platform import PlatformErrors, check_namespace, load_platform

DEMO = Path(__file__).parents[3] / "demo" / "platform.yaml"


def problems(tmp_path: Path, text: str | bytes) -> tuple:
    file = tmp_path / "platform.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PlatformErrors) as told:
        load_platform(file)
    return told.value.problems


def test_the_demo_is_right_and_knows_where_its_layers_lie():
    platform = load_platform(DEMO)
    assert platform.warehouse == "demo_catalog"
    assert [platform.location(layer) for layer in platform.layers] == [
        "s3://iceberg-bronze/bronze/",
        "s3://iceberg-silver/silver/",
        "s3://iceberg-gold/gold/",
    ]


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('version: "1.2.0"', 'version: "1.3.0"', "version", "'1.2.0'"),
        ("storage_ref: bronze", "storage_ref: bronz", "layers.bronze.storage_ref", "did you mean 'bronze'?"),
        ("namespace: gold", "namespace: demo_catalog.gold", "layers.gold.namespace", "'gold'"),
        ("region: us-east-1", "regoin: us-east-1", "storage.bronze.regoin", "did you mean 'region'?"),
        ("traces: true", "traces: 1", "observability.traces", "valid boolean"),
        ("retention_days: 30", "retention_days: many", "layers.bronze.retention_days", "valid integer"),
        ("uri: http://floe-infra-polaris:8181", "uri: floe-infra-polaris:8181", "catalogs.main.uri", "http"),
        ("  otlp_endpoint", "  otlp_endpont", "observability", "without an otlp_endpoint"),
    ],
)
def test_a_mistake_is_located(tmp_path, old, new, key, words):
    text = DEMO.read_text()
    found = problems(tmp_path, text.replace(old, new))
    told = [problem for problem in found if problem.location.key == key]
    assert told, [str(problem) for problem in found]
    assert words in str(told[0])
    line = text.replace(old, new).splitlines()[told[0].location.line - 1]
    assert key.split(".")[-1] in line


def test_a_secret_that_is_written_out_is_refused_and_not_repeated(tmp_path):
    text = DEMO.read_text().replace("client_secret: {secret_ref: polaris-client-secret}", "client_secret: hunter2")
    (problem,) = problems(tmp_path, text)
    assert problem.location.key == "catalogs.main.credentials.client_secret"
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("layers: [", "not YAML"),
        ("- a\n- b\n", "not a platform"),
        ("", "not a platform"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("version: '1.2.0'\nversion: '1.2.0'\n", "not YAML"),
        (b"#" * 1_100_000, "too large"),
    ],
)
def test_what_is_no_platform_file_is_refused_without_a_traceback(tmp_path, text, words):
    assert words in str(problems(tmp_path, text)[0])


def test_further_maps_of_observability_are_kept(tmp_path):
    file = tmp_path / "platform.yaml"
    file.write_text(DEMO.read_text() + "  dashboards: {team: data}\n")
    assert load_platform(file).model_dump()["observability"]["dashboards"] == {"team": "data"}


PART = st.from_regex(r"[A-Za-z0-9_]{1,12}", fullmatch=True)


@given(st.lists(PART, min_size=1, max_size=4))
@settings(deadline=None)
def test_simple_and_nested_namespaces_are_allowed(parts):
    assert check_namespace(".".join(parts), "-no-part-can-be-this-") is None


@given(st.lists(PART, min_size=1, max_size=3), PART)
@settings(deadline=None)
def test_the_warehouse_in_front_is_refused(parts, warehouse):
    assert "starts with the warehouse" in (check_namespace(".".join([warehouse, *parts]), warehouse) or "")


@given(st.lists(PART, min_size=1, max_size=3), st.sampled_from([".{}", "{}.", "a..{}", "{} b", "ä{}", "{}/x", "{}-x"]))
@settings(deadline=None)
def test_other_characters_and_loose_dots_are_refused(parts, form):
    assert check_namespace(form.format(".".join(parts)))
