"""Every mistake of a platform.yaml is told at once, with file, line, column, key and what is allowed."""

from pathlib import Path

import pytest

from harness.platform import PlatformErrors, load_platform

DEMO = Path(__file__).parents[3] / "demo" / "platform.yaml"


def problems(tmp_path: Path, text: str) -> tuple:
    file = tmp_path / "platform.yaml"
    file.write_text(text)
    with pytest.raises(PlatformErrors) as told:
        load_platform(file)
    return told.value.problems


def changed(old: str, new: str) -> str:
    text = DEMO.read_text()
    assert old in text
    return text.replace(old, new, 1)


def test_the_demo_is_right_and_knows_its_layers_catalog_and_services():
    platform = load_platform(DEMO)
    assert platform.warehouse == platform.catalog.warehouse == "demo_catalog"
    assert [platform.layer(name).location for name in platform.layers] == [
        "s3://iceberg-bronze/bronze/",
        "s3://iceberg-silver/silver/",
        "s3://iceberg-gold/gold/",
    ]
    assert platform.location("gold") == "s3://iceberg-gold/gold/"
    assert platform.lineage_namespace == "demo"
    assert platform.services["semantic-layer"] == "floe-cube-api"
    assert platform.catalog.credentials.client_secret.secret_ref == "polaris-client-secret"


def test_the_parts_of_a_nested_namespace_are_folders(tmp_path):
    file = tmp_path / "platform.yaml"
    file.write_text(changed("namespace: gold", "namespace: analytics.gold"))
    assert load_platform(file).layer("gold").location == "s3://iceberg-gold/analytics/gold/"


# what is written instead of what, the key that is told, and words that the user must read
MISTAKES = [
    ('version: "1.2.0"', 'version: "1.3.0"', "version", "1.2.0"),
    ('version: "1.2.0"', "version: 1.2", "version", "1.2 (float)"),
    ("governance:", "governnance:", "governnance", "did you mean 'governance'?"),
    ("region: us-east-1", "regoin: us-east-1", "storage.bronze.regoin", "did you mean 'region'?"),
    ("region: us-east-1", "region: ''", "storage.bronze.region", "such as us-east-1"),
    ("type: s3", "type: gcs", "storage.bronze.type", "s3"),
    ("bucket: iceberg-silver", "bucket: Iceberg_Silver", "storage.silver.bucket", "lower-case"),
    ("path_style_access: true", "path_style_access: yes", "storage.bronze.path_style_access", "true or false"),
    ("mode: static", "mode: sttic", "storage.bronze.credentials.mode", "did you mean 'static'?"),
    (
        "{mode: static, secret_ref: object-store-keys}",
        "{mode: static}",
        "storage.bronze.credentials.secret_ref",
        "mode static needs",
    ),
    ("endpoint: http://floe-infra-localstack:4566", "endpoint: ''", "storage.bronze.endpoint", "http or https"),
    ("endpoint: http://floe-infra-localstack:4566", "endpoint: http://", "storage.bronze.endpoint", "a host"),
    ("endpoint: http://floe-infra-localstack:4566", "endpoint: http:///b", "storage.bronze.endpoint", "a host"),
    ("endpoint: http://floe-infra-localstack:4566", "endpoint: s3://b", "storage.bronze.endpoint", "http or https"),
    ("endpoint: http://floe-infra-localstack:4566", "endpoint: //h:4566", "storage.bronze.endpoint", "http or https"),
    ("floe-infra-localstack:4566", "http://floe-infra-localstack:4566", "storage.bronze.endpoint", "a host"),
    ("floe-infra-localstack:4566", "floe-infra-localstack:0", "storage.bronze.endpoint", "1 to 65535"),
    ("floe-infra-localstack:4566", "floe-infra-localstack:65536", "storage.bronze.endpoint", "1 to 65535"),
    ("floe-infra-localstack:4566", "floe-infra-localstack:http", "storage.bronze.endpoint", "1 to 65535"),
    ("storage_ref: bronze", "storage_ref: bronz", "layers.bronze.storage_ref", "did you mean 'bronze'?"),
    ("catalog_ref: main", "catalog_ref: mein", "layers.bronze.catalog_ref", "did you mean 'main'?"),
    ("    retention_days: 30\n", "", "layers.bronze.retention_days", "missing"),
    ("retention_days: 30", "retention_days: many", "layers.bronze.retention_days", "a whole number"),
    ("retention_days: 30", "retention_days: 0", "layers.bronze.retention_days", "above 0"),
    ("    name: gold", "    name: platinum", "layers.gold.name", "gold"),
    ("namespace: gold", "namespace: demo_catalog.gold", "layers.gold.namespace", "did you mean 'gold'?"),
    ("namespace: gold", "namespace: .gold", "layers.gold.namespace", "leading"),
    ("namespace: gold", "namespace: gold-1", "layers.gold.namespace", "letters, digits"),
    ("namespace: gold", "namespace: silver", "layers.gold.namespace", "the layer 'silver' already"),
    (
        "    warehouse: demo_catalog\n    namespace: bronze",
        "    warehouse: demo_catalog\n    namespace: demo_catalog.bronze",
        "catalogs.main.namespace",
        "starts with the warehouse",
    ),
    ("warehouse: demo_catalog", "warehouse: ''", "catalogs.main.warehouse", "letters"),
    ("warehouse: demo_catalog", "warehouse: gold", "layers.gold.namespace", "starts with the warehouse 'gold'"),
    ("uri: http://floe-infra-polaris", "uri: floe-infra-polaris", "catalogs.main.uri", "http or https"),
    (
        "vended-credentials",
        "vended-credential",
        "catalogs.main.access_delegation",
        "did you mean 'vended-credentials'?",
    ),
    ("role_arn: arn:aws:iam::000000000000:role/polaris", 'role_arn: ""', "catalogs.main.properties.role_arn", "ARN"),
    ("      role_arn:", "      rolearn:", "catalogs.main.properties.rolearn", "did you mean 'role_arn'?"),
    (
        "role_arn: arn:aws:iam::000000000000:role/polaris",
        "sts_unavailable: true",
        "catalogs.main.access_delegation",
        "no STS",
    ),
    ("threads: 2", 'threads: "2"', "compute.duckdb.properties.threads", "a whole number"),
    ("threads: 2", "threds: 2", "compute.duckdb.properties.threds", "did you mean 'threads'?"),
    ("traces: true", "traces: 1", "observability.traces", "true or false"),
    ("  otlp_endpoint", "  otlp_endpont", "observability.otlp_endpont", "did you mean 'otlp_endpoint'?"),
    (
        "  otlp_endpoint: http://floe-infra-jaeger:4318\n",
        "",
        "observability.otlp_endpoint",
        "traces: true needs it",
    ),
    (":5000/api/v1/lineage", ":5000", "observability.lineage_endpoint", "/api/v1/lineage"),
    ("    semantic-layer:", "    semantic_layer:", "observability.services.semantic_layer", "'semantic-layer'?"),
]


@pytest.mark.parametrize(("old", "new", "key", "words"), MISTAKES)
def test_a_mistake_is_told_once_at_its_place(tmp_path, old, new, key, words):
    text = changed(old, new)
    (problem,) = problems(tmp_path, text)
    assert problem.location.key == key
    assert words in str(problem)
    line = text.splitlines()[problem.location.line - 1]
    *above, name = key.split(".")
    # At the key itself, or where it is missing at the one above it.
    at = name if name in line else above[-1]
    assert line[problem.location.column - 1 :].startswith(at)


def test_all_mistakes_of_a_file_are_told_together_in_its_order(tmp_path):
    text = DEMO.read_text()
    for old, new in (
        ("region: us-east-1", "regoin: us-east-1"),
        ("storage_ref: silver", "storage_ref: slver"),
        ("namespace: gold", "namespace: gold."),
        ("traces: true", "traces: on"),
    ):
        text = text.replace(old, new, 1)
    found = problems(tmp_path, text)
    assert [problem.location.key for problem in found] == [
        "storage.bronze.regoin",
        "layers.silver.storage_ref",
        "layers.gold.namespace",
        "observability.traces",
    ]
    assert [problem.location.line for problem in found] == sorted(problem.location.line for problem in found)


def test_line_and_column_are_those_of_the_key(tmp_path):
    text = changed("credentials: {mode: static, secret_ref", "credentials: {mode: sttic, secret_ref")
    (problem,) = problems(tmp_path, text)
    line = next(i for i, written in enumerate(text.splitlines(), 1) if "sttic" in written)
    assert (problem.location.line, problem.location.column) == (line, text.splitlines()[line - 1].index("mode") + 1)
    assert str(problem).startswith(f"{tmp_path}/platform.yaml:{line}:{problem.location.column} ")


def test_a_mistake_that_a_merge_key_brought_in_is_told_where_it_is_written(tmp_path):
    base = "storage:\n  bronze: &store\n    type: s3\n    endpoint: ftp://h\n    region: us-east-1\n    bucket: abc\n"
    base += "    path_style_access: true\n    credentials: {mode: iam}\n  silver:\n    <<: *store\n    bucket: abd\n"
    found = problems(tmp_path, base)
    told = {problem.location.key: problem.location.line for problem in found if problem.location.key.startswith("st")}
    assert told == {"storage.bronze.endpoint": 4, "storage.silver.endpoint": 4}


def test_a_key_that_overrides_a_merged_one_is_told_where_it_stands(tmp_path):
    text = "layers:\n  a: &a {name: a, namespace: a}\n  b:\n    <<: *a\n    namespace: b..b\n"
    (line,) = {p.location.line for p in problems(tmp_path, text) if p.location.key == "layers.b.namespace"}
    assert line == 5


def test_anchors_and_merge_keys_are_allowed(tmp_path):
    file = tmp_path / "platform.yaml"
    text = DEMO.read_text().replace("  bronze:\n    type: s3", "  bronze: &store\n    type: s3")
    silver = text.index("  silver:\n    type: s3")
    gold = text.index("  gold:\n    type: s3")
    file.write_text(text[:silver] + "  silver:\n    <<: *store\n    bucket: iceberg-silver\n" + text[gold:])
    assert load_platform(file) == load_platform(DEMO)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("client_secret: {secret_ref: polaris-client-secret}", "client_secret: Hunter2"),
        ("client_secret: {secret_ref: polaris-client-secret}", "client_secret: 735182"),
        ("client_secret: {secret_ref: polaris-client-secret}", "client_secret: [Hunter2]"),
        ("client_secret: {secret_ref: polaris-client-secret}", "client_secret: {secret_ref: Hunter2}"),
        ("client_secret: {secret_ref: polaris-client-secret}", "client_secret: {value: Hunter2}"),
        ("client_id: {secret_ref: polaris-client-id}", "client_id: Hunter2"),
        ("{mode: static, secret_ref: object-store-keys}", "{mode: static, secret_ref: wJalr/K7MDENG+Hunter2}"),
        ("{mode: static, secret_ref: object-store-keys}", "{mode: iam, secret_access_key: Hunter2}"),
        ("endpoint: http://floe", "endpoint: http://me:Hunter2@floe"),
        ("postgresql://floe@floe", "postgresql://floe:Hunter2@floe"),
        ("secret_backend: kubernetes", "postgres_password: Hunter2"),
        ("secret_backend: kubernetes", "vault: [{api_key: Hunter2}]"),
        ("secret_backend: kubernetes", "smtp: {password: 735182}"),
        ("properties: {}", "properties: {client-secret: Hunter2}"),
        ("threads: 2", "threads: 2, s3_secret_access_key: Hunter2"),
        ("  lineage_namespace: demo", "  access_token: Hunter2"),
        ("client_secret: {secret_ref: polaris-client-secret}", "client_secret: Hunter2\n      client_secret: Hunter2"),
        ("client_secret: {secret_ref: polaris-client-secret}", "client_secret: !!int Hunter2"),
    ],
)
def test_a_secret_that_is_written_out_is_refused_and_not_repeated(tmp_path, old, new):
    found = problems(tmp_path, changed(old, new))
    told = "\n".join(f"{p} {p!r} {vars(p)}" for p in found)
    assert "Hunter2" not in told
    assert "735182" not in told


@pytest.mark.parametrize("value", ["{secret_ref: smtp}", '"${SMTP_PASSWORD}"', '""', "null", "false"])
def test_a_reference_to_a_secret_is_no_secret(tmp_path, value):
    file = tmp_path / "platform.yaml"
    file.write_text(changed("secret_backend: kubernetes", f"smtp: {{password: {value}}}"))
    load_platform(file)


@pytest.mark.parametrize("key", ["observability", "infrastructure", "security", "governance"])
def test_further_maps_are_kept(tmp_path, key):
    file = tmp_path / "platform.yaml"
    file.write_text(
        changed(f"\n{key}:\n", f"\n{key}:\n  dashboards: {{team: data, ports: [1, {{deep: 2026-01-02}}]}}\n")
    )
    kept = load_platform(file).model_dump(mode="json")[key]["dashboards"]
    assert kept == {"team": "data", "ports": [1, {"deep": "2026-01-02"}]}


def test_layers_of_more_than_one_catalog_are_refused(tmp_path):
    text = DEMO.read_text()
    catalog = text[text.index("  main:\n") : text.index("\ncompute:")]
    text = text.replace("\ncompute:", f"{catalog.replace('main:', 'other:', 1)}\ncompute:")
    text = text[::-1].replace("catalog_ref: main"[::-1], "catalog_ref: other"[::-1], 1)[::-1]
    (problem,) = problems(tmp_path, text)
    assert problem.location.key == "layers.gold.catalog_ref"
    assert "more than one catalog" in str(problem)


def test_the_digest_knows_content_and_not_its_writing(tmp_path):
    file = tmp_path / "platform.yaml"
    digest = load_platform(DEMO).digest
    rewritten = [
        changed("\ngovernance:", "\n# a comment\ngovernance:"),
        changed("      scope: PRINCIPAL_ROLE:ALL\n", ""),  # the default, not written out
        changed(
            "  owner: data-platform\n  classification: internal\n",
            "  classification: internal\n  owner: data-platform\n",
        ),
        changed("  traces: true\n  metrics: false\n", "  metrics: false\n  traces: true\n"),
    ]
    for text in rewritten:
        file.write_text(text)
        assert load_platform(file).digest == digest
    for old, new in (("owner: data-platform", "owner: other"), ("threads: 2", "threads: 3")):
        file.write_text(changed(old, new))
        assert load_platform(file).digest != digest
