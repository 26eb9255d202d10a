"""Real clients work on the stand-in as on the real server, with vended credentials and with their own keys."""

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import DoubleType

from tests.conformance.servers import KEY_ID, SECRET

ROWS = pa.table({"id": pa.array(range(1000), pa.int64()), "name": [f"r{i}" for i in range(1000)]})


def pyiceberg(polaris, warehouse, own_keys=False):
    keys = {
        "s3.endpoint": polaris.store.endpoint, "s3.access-key-id": KEY_ID, "s3.secret-access-key": SECRET,
        "s3.region": "us-east-1", "header.X-Iceberg-Access-Delegation": "",
    }  # fmt: skip
    return load_catalog(
        "polaris", type="rest", uri=f"{polaris.base}/api/catalog", warehouse=warehouse, credential="root:s3cr3t",
        scope="PRINCIPAL_ROLE:ALL", **(keys if own_keys else {}),
    )  # fmt: skip


def duck(polaris, warehouse, own_keys=False):
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
    for name in ("httpfs", "avro", "iceberg"):
        found = importlib.util.find_spec(f"duckdb_extension_{name}")
        folder = Path(next(iter(found.submodule_search_locations)))
        connection.execute(f"LOAD '{next(folder.glob(f'extensions/*/{name}.duckdb_extension'))}'")
    mode = ""
    if own_keys:
        endpoint = polaris.store.endpoint.removeprefix("http://")
        connection.execute(
            f"CREATE SECRET (TYPE s3, KEY_ID '{KEY_ID}', SECRET '{SECRET}', REGION 'us-east-1', ENDPOINT '{endpoint}', "
            "URL_STYLE 'path', USE_SSL false)"
        )
        mode = ", ACCESS_DELEGATION_MODE 'none'"
    uri = f"{polaris.base}/api/catalog"
    connection.execute(
        f"ATTACH '{warehouse}' AS lake (TYPE iceberg, ENDPOINT '{uri}', OAUTH2_SERVER_URI '{uri}/v1/oauth/tokens', "
        f"CLIENT_ID 'root', CLIENT_SECRET 's3cr3t', OAUTH2_SCOPE 'PRINCIPAL_ROLE:ALL'{mode})"
    )
    return connection


@pytest.fixture(params=["vended", "own keys"])
def warehouse(request, polaris):
    """A catalog and whether clients bring their own keys; with them, the catalog says that it has no STS."""
    own = request.param == "own keys"
    name = f"c{abs(hash(request.node.nodeid)) % 10**9}"
    return polaris.make_catalog(name, "clients", **({"stsUnavailable": True} if own else {})), own


def test_pyiceberg_writes_changes_and_reads(polaris, warehouse):
    catalog = pyiceberg(polaris, *warehouse)
    catalog.create_namespace("bronze")
    table = catalog.create_table("bronze.orders", schema=ROWS.schema)
    table.append(ROWS)
    table.append(ROWS.slice(0, 10))
    first = table.current_snapshot().parent_snapshot_id
    table.overwrite(ROWS.slice(0, 500))
    with table.update_schema() as update:
        update.add_column("price", DoubleType())
        update.rename_column("name", "label")
    with table.update_spec() as update:
        update.add_field("id", IdentityTransform(), "id_part")
    table.delete("id < 100")
    table.manage_snapshots().create_tag(first, "start").create_branch(first, "old").commit()

    read = catalog.load_table("bronze.orders")
    assert read.schema().column_names == ["id", "label", "price"]
    assert read.scan().to_arrow().num_rows == 400
    assert read.scan(snapshot_id=first).to_arrow().num_rows == 1000
    assert read.refs()["old"].snapshot_id == first
    catalog.rename_table("bronze.orders", "bronze.sales")
    assert catalog.list_tables("bronze") == [("bronze", "sales")]
    catalog.drop_table("bronze.sales")
    with pytest.raises(NoSuchTableError):
        catalog.load_table("bronze.sales")


def test_pyiceberg_makes_a_table_and_its_rows_in_one_transaction(polaris, warehouse):
    catalog = pyiceberg(polaris, *warehouse)
    catalog.create_namespace("gold")
    with catalog.create_table_transaction("gold.mart", schema=ROWS.schema) as transaction:
        transaction.append(ROWS.slice(0, 5))
    assert catalog.load_table("gold.mart").scan().to_arrow().num_rows == 5


def test_a_commit_from_an_old_state_is_refused(polaris, warehouse):
    catalog = pyiceberg(polaris, *warehouse)
    catalog.create_namespace("n")
    catalog.create_table("n.t", schema=ROWS.schema, properties={"commit.retry.num-retries": "0"})
    one, other = catalog.load_table("n.t"), catalog.load_table("n.t")
    one.append(ROWS.slice(0, 1))
    with pytest.raises(CommitFailedException, match="branch main was created concurrently"):
        other.append(ROWS.slice(0, 1))


def test_pyiceberg_writes_to_a_branch_and_leaves_main_alone(polaris, warehouse):
    catalog = pyiceberg(polaris, *warehouse)
    catalog.create_namespace("n")
    table = catalog.create_table("n.t", schema=ROWS.schema)
    table.append(ROWS.slice(0, 3))
    table.manage_snapshots().create_branch(table.current_snapshot().snapshot_id, "dev").commit()
    table.append(ROWS.slice(0, 4), branch="dev")
    read = catalog.load_table("n.t")
    assert read.scan().to_arrow().num_rows == 3
    assert read.scan().use_ref("dev").to_arrow().num_rows == 7


def test_of_pyiceberg_clients_that_append_at_once_no_row_is_lost(polaris, warehouse):
    catalog = pyiceberg(polaris, *warehouse)
    catalog.create_namespace("n")
    catalog.create_table("n.t", schema=ROWS.schema)

    def append(number):
        client = pyiceberg(polaris, *warehouse)
        while True:  # from the new state, until it fits
            try:
                return client.load_table("n.t").append(ROWS.slice(number * 10, 10))
            except CommitFailedException:
                continue

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(4)))
    assert sorted(catalog.load_table("n.t").scan().to_arrow()["id"].to_pylist()) == list(range(40))


def test_duckdb_writes_changes_and_reads(polaris, warehouse):
    pyiceberg(polaris, *warehouse).create_namespace("ns")
    lake = duck(polaris, *warehouse)

    def rows(sql):
        return lake.execute(sql).fetchall()

    rows("CREATE TABLE lake.ns.made AS SELECT i AS id, 'x' || i AS name FROM range(10) r(i)")
    rows("CREATE TABLE lake.ns.filled (id BIGINT, name VARCHAR)")
    rows("INSERT INTO lake.ns.filled SELECT i, 'n' || i FROM range(1000) r(i)")
    rows("DELETE FROM lake.ns.filled WHERE id < 10")
    rows("UPDATE lake.ns.filled SET name = 'u' WHERE id = 50")
    assert rows("SELECT count(*), max(name) FROM lake.ns.filled") == [(990, "u")]
    rows("ALTER TABLE lake.ns.filled ADD COLUMN price DOUBLE")

    rows("BEGIN")
    rows("INSERT INTO lake.ns.made VALUES (7000, 'tx')")
    rows("INSERT INTO lake.ns.filled VALUES (7000, 'tx', 1.5)")
    rows("COMMIT")
    assert rows("SELECT max(id) FROM lake.ns.made") == rows("SELECT max(id) FROM lake.ns.filled") == [(7000,)]
    assert pyiceberg(polaris, *warehouse).load_table("ns.filled").scan().to_arrow().num_rows == 991

    rows("DROP TABLE lake.ns.made")
    assert rows("SHOW TABLES FROM lake.ns") == [("filled",)]
