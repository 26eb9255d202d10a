"""Every platform that keeps the rules is read, and says the same when it is written and read again."""

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from harness.platform import check_namespace, load_platform

NAME = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
PART = st.from_regex(r"[A-Za-z0-9_]{1,8}", fullmatch=True)
SECRET = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z]", fullmatch=True).map(lambda name: {"secret_ref": name})
HOST = st.sampled_from(["localhost", "127.0.0.1", "[::1]", "floe-infra-polaris", "s3.eu-west-1.amazonaws.com"])
URL = st.builds(
    lambda scheme, host, port: f"{scheme}://{host}{port}",
    st.sampled_from(["http", "https"]),
    HOST,
    st.one_of(st.just(""), st.integers(1, 65535).map(":{}".format)),
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp")), max_size=12)
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), WORDS)
# Names that begin so are neither known keys, nor nearly, nor names of secrets.
FURTHER = st.dictionaries(
    st.integers(0, 99).map("further {}".format),
    st.recursive(
        SCALAR, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAME, inner, max_size=2), max_leaves=4
    ),
    max_size=2,
).filter(lambda content: "://" not in str(content))


@st.composite
def platforms(draw):
    """Return the content of a platform.yaml that keeps every rule."""
    warehouse = draw(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,8}", fullmatch=True))
    namespaces = st.lists(PART, min_size=1, max_size=3).map(".".join)
    namespaces = namespaces.filter(lambda namespace: check_namespace(namespace, warehouse) is None)
    stores = draw(st.lists(NAME, min_size=1, max_size=3, unique=True))
    names = draw(st.lists(NAME, min_size=1, max_size=4, unique=True))
    taken = draw(st.lists(namespaces, min_size=len(names), max_size=len(names), unique=True))
    catalog, vended = draw(NAME), draw(st.booleans())
    switches = {key: draw(st.booleans()) for key in ("traces", "metrics", "lineage")}
    return {
        "version": "1.2.0",
        "infrastructure": draw(FURTHER),
        "governance": draw(FURTHER),
        "storage": {store: draw(storage()) for store in stores},
        "layers": {
            name: {
                "name": name,
                "description": draw(WORDS),
                "storage_ref": draw(st.sampled_from(stores)),
                "catalog_ref": catalog,
                "namespace": namespace,
                "retention_days": draw(st.integers(1, 10_000)),
                "properties": draw(FURTHER),
            }
            for name, namespace in zip(names, taken, strict=True)
        },
        "catalogs": {
            catalog: {
                "type": "polaris",
                "uri": draw(URL) + "/api/catalog",
                "warehouse": warehouse,
                "credentials": {"mode": "oauth2", "client_id": draw(SECRET), "client_secret": draw(SECRET)},
                "access_delegation": "vended-credentials" if vended else "none",
                "properties": draw(FURTHER) | ({} if vended else {"sts_unavailable": draw(st.booleans())}),
            }
        },
        "compute": {"duckdb": {"type": "duckdb", "properties": {"threads": draw(st.integers(1, 64))} | draw(FURTHER)}},
        "observability": {
            **switches,
            "otlp_endpoint": draw(URL),
            "lineage_endpoint": draw(URL) + "/api/v1/lineage",
            "attributes": draw(st.dictionaries(NAME, st.one_of(WORDS, st.booleans(), st.integers()), max_size=2)),
            **draw(FURTHER),
        },
    }


@st.composite
def storage(draw):
    static = draw(st.booleans())
    return {
        "type": "s3",
        "endpoint": draw(URL),
        "region": draw(st.sampled_from(["us-east-1", "eu-west-1", "garage"])),
        "bucket": draw(st.from_regex(r"[a-z0-9][a-z0-9-]{1,20}[a-z0-9]", fullmatch=True)),
        "path_style_access": draw(st.booleans()),
        "credentials": {"mode": "static", **draw(SECRET)} if static else {"mode": "iam"},
    }


@given(platforms())
@settings(deadline=None, max_examples=60)
def test_a_platform_that_keeps_the_rules_is_read_and_survives_a_round_trip(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "round.yaml"
    platform = written_and_read(file, content)
    assert platform.model_dump(exclude_unset=True) == content  # nothing is lost, nothing is made up
    again = written_and_read(file, platform.model_dump(exclude_unset=True))
    assert (again, again.digest) == (platform, platform.digest)
    whole = written_and_read(file, platform.model_dump(mode="json"))
    assert whole.digest == platform.digest  # defaults may be written out
    for name, layer in platform.layers.items():
        bucket = platform.storage[layer.storage_ref].bucket
        assert platform.layer(name).location == f"s3://{bucket}/{layer.namespace.replace('.', '/')}/"


def written_and_read(file, content):
    with file.open("w", encoding="utf-8") as stream:
        YAML().dump(content, stream)
    return load_platform(file)
