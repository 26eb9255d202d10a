"""What the contracts rest on in Polaris: the same tests for the stand-in and for a real server (--polaris-url)."""

import uuid

import httpx
import pytest

FIELD = {"id": 1, "name": "id", "type": "long", "required": False}
SCHEMA = {"type": "struct", "schema-id": 0, "fields": [FIELD]}
VENDED = {"x-iceberg-access-delegation": "vended-credentials"}
KEYS = {"s3.access-key-id", "s3.secret-access-key", "s3.session-token"}
STS_FAILED = {422, 500}  # 422 until 1.5, 500 from 1.6
TOKENS = "/api/catalog/v1/oauth/tokens"
MANAGEMENT = "/api/management/v1"


def error_of(answer):
    found = answer.json()["error"]
    return answer.status_code, found["type"]


@pytest.fixture(scope="module")
def catalog(any_polaris):
    """A catalog without an STS, with the namespace n and the table n.t."""
    return make(any_polaris, stsUnavailable=True)


@pytest.fixture
def http(any_polaris):
    with any_polaris.client() as client:
        yield client


def make(server, **storage):
    name = server.make_catalog(f"c{uuid.uuid4().hex[:12]}", **storage)
    with server.client() as client:
        client.post(f"/api/catalog/v1/{name}/namespaces", json={"namespace": ["n"]}).raise_for_status()
        if storage.get("stsUnavailable"):
            create(client, name, "t").raise_for_status()
    return name


def create(client, catalog, name, headers=None, **more):
    body = {"name": name, "schema": SCHEMA, **more}
    return client.post(f"/api/catalog/v1/{catalog}/namespaces/n/tables", json=body, headers=headers)


def commit(client, catalog, requirements=(), updates=(), table="t"):
    body = {"requirements": list(requirements), "updates": list(updates)}
    return client.post(f"/api/catalog/v1/{catalog}/namespaces/n/tables/{table}", json=body)


# --- tokens


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({}, 200, None),
        ({"client_secret": "wrong"}, 401, "unauthorized_client"),
        ({"client_id": "nobody"}, 401, "unauthorized_client"),
        ({"client_id": None}, 400, "invalid_client"),
        ({"client_secret": None}, 400, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": None}, 400, "invalid_scope"),
        ({"scope": "catalog"}, 400, "invalid_scope"),
    ],
)
def test_a_token_is_issued_for_the_right_form_alone(any_polaris, change, status, error):
    client_id, client_secret = any_polaris.login
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    form |= {"scope": "PRINCIPAL_ROLE:ALL"} | change
    form = {name: value for name, value in form.items() if value is not None}
    answer = httpx.post(any_polaris.base + TOKENS, data=form, trust_env=False)
    assert (answer.status_code, answer.json().get("error")) == (status, error)
    if error is None:
        assert answer.json()["token_type"] == "bearer"
        assert answer.json()["expires_in"] > 0


@pytest.mark.parametrize("bearer", [None, "Bearer bad", "Basic cm9vdDpzM2NyM3Q="])
@pytest.mark.parametrize("path", [f"{MANAGEMENT}/catalogs", "/api/catalog/v1/config?warehouse=x"])
def test_without_a_token_nothing_is_told(any_polaris, path, bearer):
    headers = {"authorization": bearer} if bearer else {}
    assert httpx.get(any_polaris.base + path, headers=headers, trust_env=False).status_code == 401


# --- catalogs and their versions


def test_a_catalog_is_changed_from_its_current_version_alone(http, catalog):
    path = f"{MANAGEMENT}/catalogs/{catalog}"
    found = http.get(path).json()
    change = {"currentEntityVersion": found["entityVersion"], "properties": found["properties"] | {"owner": "tests"}}
    changed = http.put(path, json=change)
    assert changed.json()["entityVersion"] == found["entityVersion"] + 1
    assert http.get(path).json()["properties"]["owner"] == "tests"
    assert http.put(path, json=change).status_code == 409  # the version is an old one now


def test_a_catalog_is_made_once_and_is_not_there_before(http, catalog):
    found = http.get(f"{MANAGEMENT}/catalogs/{catalog}").json()
    again = {key: found[key] for key in ("type", "name", "properties", "storageConfigInfo")}
    assert error_of(http.post(f"{MANAGEMENT}/catalogs", json={"catalog": again})) == (409, "AlreadyExistsException")
    assert http.get(f"{MANAGEMENT}/catalogs/not-{catalog}").status_code == 404
    assert http.get("/api/catalog/v1/config", params={"warehouse": f"not-{catalog}"}).status_code == 404
    assert http.get("/api/catalog/v1/config", params={"warehouse": catalog}).json()["overrides"]["prefix"] == catalog


# --- namespaces and tables


@pytest.mark.parametrize(
    ("parts", "status", "error"),
    [
        (["n"], 409, "AlreadyExistsException"),
        (["missing", "below"], 404, "NoSuchNamespaceException"),
        ([""], 400, "IllegalArgumentException"),
        (["a.b"], 200, None),
        (["n", "below"], 200, None),
    ],
)
def test_namespaces_are_made(any_polaris, http, parts, status, error):
    name = make(any_polaris, stsUnavailable=True)
    answer = http.post(f"/api/catalog/v1/{name}/namespaces", json={"namespace": parts})
    assert answer.status_code == status
    if error:
        assert error_of(answer) == (status, error)
    else:
        path = f"/api/catalog/v1/{name}/namespaces/" + "%1F".join(parts)
        assert http.head(path).status_code == 204
        assert http.delete(path).status_code == 204
        assert http.head(path).status_code == 404


def test_a_namespace_with_a_table_is_not_dropped(http, catalog):
    assert error_of(http.delete(f"/api/catalog/v1/{catalog}/namespaces/n")) == (409, "NamespaceNotEmptyException")


def test_a_table_is_made_loaded_renamed_and_dropped(any_polaris, http):
    name = make(any_polaris, stsUnavailable=True)
    tables = f"/api/catalog/v1/{name}/namespaces/n/tables"
    assert error_of(create(http, name, "t")) == (409, "AlreadyExistsException")
    loaded = http.get(f"{tables}/t").json()
    assert loaded["metadata"]["location"].startswith(f"s3://misc/{name}/n/t")
    assert loaded["metadata-location"].startswith(loaded["metadata"]["location"])
    source = {"namespace": ["n"], "name": "t"}
    rename = {"source": source, "destination": {"namespace": ["n"], "name": "u"}}
    assert http.post(f"/api/catalog/v1/{name}/tables/rename", json=rename).status_code == 204
    assert http.get(tables).json()["identifiers"] == [{"namespace": ["n"], "name": "u"}]
    assert error_of(http.get(f"{tables}/t")) == (404, "NoSuchTableException")
    assert http.delete(f"{tables}/u").status_code == 204
    assert http.head(f"{tables}/u").status_code == 404


# --- commits


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ({"type": "assert-create"}, "table already exists"),
        ({"type": "assert-table-uuid", "uuid": str(uuid.UUID(int=0))}, "UUID does not match"),
        ({"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": 42}, "branch or tag main is missing"),
        ({"type": "assert-current-schema-id", "current-schema-id": 99}, "current schema changed"),
        ({"type": "assert-default-spec-id", "default-spec-id": 99}, "default partition spec changed"),
    ],
)
def test_a_commit_whose_requirement_does_not_hold_changes_nothing(http, catalog, requirement, message):
    update = {"action": "set-properties", "updates": {"lost": "yes"}}
    answer = commit(http, catalog, [requirement], [update])
    assert error_of(answer) == (409, "CommitFailedException")
    assert message in answer.json()["error"]["message"]
    table = http.get(f"/api/catalog/v1/{catalog}/namespaces/n/tables/t").json()
    assert "lost" not in table["metadata"]["properties"]


def test_a_commit_makes_a_new_metadata_file(any_polaris, http):
    name = make(any_polaris, stsUnavailable=True)
    before = http.get(f"/api/catalog/v1/{name}/namespaces/n/tables/t").json()
    field = {"id": 2, "name": "price", "type": "double", "required": False}
    updates = [
        {"action": "add-schema", "schema": {**SCHEMA, "fields": [FIELD, field]}},
        {"action": "set-current-schema", "schema-id": -1},
    ]
    after = commit(http, name, [{"type": "assert-current-schema-id", "current-schema-id": 0}], updates).json()
    assert after["metadata-location"] != before["metadata-location"]
    assert after["metadata"]["current-schema-id"] == 1
    assert after["metadata"]["metadata-log"][-1]["metadata-file"] == before["metadata-location"]


# --- vending


def test_with_a_working_sts_credentials_are_vended_when_asked_for(any_polaris, http):
    name = make(any_polaris)
    assert create(http, name, "t", VENDED).json()["config"].keys() >= KEYS
    path = f"/api/catalog/v1/{name}/namespaces/n/tables/t"
    assert not KEYS & http.get(path).json().get("config", {}).keys()
    assert http.get(path, headers=VENDED).json()["config"].keys() >= KEYS
    assert http.get(f"{path}/credentials").json()["storage-credentials"][0]["config"].keys() >= KEYS


@pytest.mark.parametrize("sts", ["sts-500", "sts-403", "sts-refused"])
def test_without_an_sts_that_answers_no_table_is_made_or_loaded(any_polaris, http, failing_sts, sts):
    name = make(any_polaris)
    create(http, name, "t").raise_for_status()
    path = f"{MANAGEMENT}/catalogs/{name}"
    found = http.get(path).json()
    storage = found["storageConfigInfo"] | {"stsEndpoint": failing_sts[sts]}
    change = {"currentEntityVersion": found["entityVersion"], "storageConfigInfo": storage}
    http.put(path, json=change).raise_for_status()
    assert http.get(f"/api/catalog/v1/{name}/namespaces/n/tables/t", headers=VENDED).status_code in STS_FAILED
    assert create(http, name, "u").status_code in STS_FAILED
    assert http.get(f"/api/catalog/v1/{name}/namespaces/n").status_code == 200  # what needs no store still works


def test_where_the_sts_is_switched_off_tables_work_and_nothing_is_vended(http, catalog):
    path = f"/api/catalog/v1/{catalog}/namespaces/n/tables/t"
    assert http.get(path).status_code == 200
    answer = http.get(path, headers=VENDED)
    assert not KEYS & answer.json().get("config", {}).keys()


# --- grants


def test_a_principal_may_do_what_it_was_granted_and_no_more(any_polaris, http, catalog):
    name = f"p{uuid.uuid4().hex[:12]}"
    made = http.post(f"{MANAGEMENT}/principals", json={"principal": {"name": name}}).json()["credentials"]
    role, catalog_role = {"principalRole": {"name": name}}, {"catalogRole": {"name": name}}
    http.post(f"{MANAGEMENT}/principal-roles", json=role).raise_for_status()
    http.put(f"{MANAGEMENT}/principals/{name}/principal-roles", json=role).raise_for_status()
    http.post(f"{MANAGEMENT}/catalogs/{catalog}/catalog-roles", json=catalog_role).raise_for_status()
    http.put(f"{MANAGEMENT}/principal-roles/{name}/catalog-roles/{catalog}", json=catalog_role).raise_for_status()
    table = f"/api/catalog/v1/{catalog}/namespaces/n/tables/t"
    grants = f"{MANAGEMENT}/catalogs/{catalog}/catalog-roles/{name}/grants"

    def statuses():
        with any_polaris.client(made["clientId"], made["clientSecret"]) as client:
            return client.get(table).status_code, commit(client, catalog).status_code, client.delete(table).status_code

    assert statuses() == (403, 403, 403)
    grant = {"grant": {"type": "catalog", "privilege": "TABLE_READ_PROPERTIES"}}
    http.put(grants, json=grant).raise_for_status()
    assert statuses() == (200, 403, 403)
    http.post(grants, json=grant).raise_for_status()  # taken back
    assert statuses() == (403, 403, 403)
