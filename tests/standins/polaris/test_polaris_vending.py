"""Vended credentials reach their table and nothing else, and do only what the grants say."""

import pytest
from botocore.exceptions import ClientError

SCHEMA = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "type": "long", "required": False}]}
VENDED = {"x-iceberg-access-delegation": "vended-credentials"}


@pytest.fixture(scope="module")
def catalog(polaris):
    name = polaris.make_catalog("vending", "vend")
    with polaris.client() as http:
        http.post(f"/api/catalog/v1/{name}/namespaces", json={"namespace": ["n"]}).raise_for_status()
        for table in ("mine", "other"):
            body = {"name": table, "schema": SCHEMA}
            http.post(f"/api/catalog/v1/{name}/namespaces/n/tables", json=body).raise_for_status()
    return name


def s3_of(polaris, http, catalog):
    loaded = http.get(f"/api/catalog/v1/{catalog}/namespaces/n/tables/mine", headers=VENDED).raise_for_status().json()
    config = loaded["config"]
    assert config["s3.endpoint"] == polaris.store.endpoint
    return polaris.store.s3(config["s3.access-key-id"], config["s3.secret-access-key"], config["s3.session-token"])


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_they_reach_their_table_and_no_other(polaris, catalog):
    with polaris.client() as http:
        s3 = s3_of(polaris, http, catalog)
    s3.put_object(Bucket="vend", Key="vending/n/mine/data/x", Body=b"x")
    assert s3.get_object(Bucket="vend", Key="vending/n/mine/data/x")["Body"].read() == b"x"
    assert refused(s3.put_object, Bucket="vend", Key="vending/n/other/data/x", Body=b"x")
    assert refused(s3.get_object, Bucket="vend", Key="vending/n/other/metadata/x")
    assert refused(s3.put_object, Bucket="misc", Key="x", Body=b"x")


def test_a_reader_may_read_and_not_write(polaris, catalog):
    management = "/api/management/v1"
    with polaris.client() as root:
        made = root.post(f"{management}/principals", json={"principal": {"name": "reader"}}).json()["credentials"]
        root.post(f"{management}/principal-roles", json={"principalRole": {"name": "readers"}})
        root.put(f"{management}/principals/reader/principal-roles", json={"principalRole": {"name": "readers"}})
        root.post(f"{management}/catalogs/{catalog}/catalog-roles", json={"catalogRole": {"name": "read"}})
        root.put(
            f"{management}/principal-roles/readers/catalog-roles/{catalog}", json={"catalogRole": {"name": "read"}}
        )
        grant = {"grant": {"type": "catalog", "privilege": "TABLE_READ_DATA"}}
        root.put(f"{management}/catalogs/{catalog}/catalog-roles/read/grants", json=grant).raise_for_status()
    with polaris.client(made["clientId"], made["clientSecret"]) as http:
        s3 = s3_of(polaris, http, catalog)
    listed = s3.list_objects_v2(Bucket="vend", Prefix="vending/n/mine/metadata/")
    assert s3.get_object(Bucket="vend", Key=listed["Contents"][0]["Key"])["Body"].read()
    assert refused(s3.put_object, Bucket="vend", Key="vending/n/mine/data/y", Body=b"y")


def test_an_older_version_reports_a_failing_sts_as_422(own_polaris, failing_sts):
    server = own_polaris(POLARIS_STS_FAILURE_STATUS="422")
    server.make_catalog("old", stsEndpoint=failing_sts["sts-403"])
    with server.client() as http:
        http.post("/api/catalog/v1/old/namespaces", json={"namespace": ["n"]})
        made = http.post("/api/catalog/v1/old/namespaces/n/tables", json={"name": "t", "schema": SCHEMA})
    assert made.status_code == 422
    assert "Failed to get subscoped credentials" in made.json()["error"]["message"]


def test_a_catalog_without_an_endpoint_is_not_taken_to_the_real_aws(polaris):
    polaris.make_catalog("nowhere", endpoint="", stsUnavailable=True)
    with polaris.client() as http:
        http.post("/api/catalog/v1/nowhere/namespaces", json={"namespace": ["n"]})
        made = http.post("/api/catalog/v1/nowhere/namespaces/n/tables", json={"name": "t", "schema": SCHEMA})
    assert made.status_code == 501
    assert "names no endpoint for S3" in made.json()["error"]["message"]
