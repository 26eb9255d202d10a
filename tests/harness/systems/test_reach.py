"""Files whose keys are vended are reached where this machine reaches the store; a wrong endpoint stays wrong."""

import pytest
from pyiceberg.io import load_file_io

from harness.systems.reach import reached


@pytest.mark.parametrize(
    ("vended", "used"),
    [("http://object-store:4566", "http://127.0.0.1:20123"), ("http://nowhere:9", "http://nowhere:9"), (None, None)],
)
def test_the_endpoint_that_the_workloads_know_is_replaced_and_no_other(vended, used):
    catalog = reached("http://object-store:4566", "http://127.0.0.1:20123")
    given = {**catalog, "s3.access-key-id": "key", **({"s3.endpoint": vended} if vended else {})}
    files = load_file_io(given, "s3://bucket/table")
    assert files.properties.get("s3.endpoint") == used
    assert files.properties["s3.access-key-id"] == "key"
