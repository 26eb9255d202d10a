"""The buckets of the layers, one a layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import boto3
from botocore.config import Config

from demo.settings import Store


def ensure_buckets(store: Store, names: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Make the buckets that are missing; yield a fact and whether it was made. Raises botocore's errors."""
    s3 = boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        region_name=store.region,
        aws_access_key_id=store.key_id,
        aws_secret_access_key=store.secret,
        config=Config(
            s3={"addressing_style": "path" if store.path_style else "virtual"},
            retries={"mode": "standard", "total_max_attempts": 5},
            connect_timeout=5,
            read_timeout=20,
        ),
    )
    there = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for name in names:
        if name not in there:
            s3.create_bucket(Bucket=name)
        yield f"bucket {name}", name not in there
