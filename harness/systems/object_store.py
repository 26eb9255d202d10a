"""The object store's client: S3 and STS through boto3."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient

    from harness.systems.lake import Keys


class NoEndpoint(ValueError):
    """An empty endpoint, with which the S3 client would quietly talk to the real AWS."""


@dataclass(frozen=True)
class ObjectStore:
    """Talks to one store; `keys.endpoint` has a scheme and must not be empty (raises NoEndpoint). `timeout`: seconds
    for an answer.
    """

    keys: Keys
    path_style: bool = True
    timeout: float = 30.0
    _options: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.keys.endpoint.strip():
            raise NoEndpoint("the object store's endpoint is empty")
        from botocore.config import Config

        config = Config(
            connect_timeout=min(5.0, self.timeout),
            read_timeout=self.timeout,
            retries={"max_attempts": 2 if self.timeout >= 30.0 else 0},
            s3={"addressing_style": "path" if self.path_style else "auto"},
        )
        options = {
            "endpoint_url": self.keys.endpoint,
            "region_name": self.keys.region,
            "aws_access_key_id": self.keys.access_key_id,
            "aws_secret_access_key": self.keys.secret_access_key,
            "config": config,
        }
        object.__setattr__(self, "_options", options)

    @cached_property
    def _s3(self) -> S3Client:
        import boto3

        return boto3.session.Session().client("s3", **self._options)

    @cached_property
    def _sts(self) -> STSClient:
        import boto3

        return boto3.session.Session().client("sts", **self._options)

    def buckets(self) -> list[str]:
        """Return the names of all buckets."""
        return sorted(bucket["Name"] for bucket in self._s3.list_buckets()["Buckets"])

    def keys_under(self, bucket: str, prefix: str) -> list[str]:
        """Return the keys of a bucket that start with a prefix."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [row["Key"] for page in pages for row in page.get("Contents", ())]

    def move(self, bucket: str, key: str, to: str) -> None:
        """Give an object another key."""
        self._s3.copy_object(Bucket=bucket, Key=to, CopySource={"Bucket": bucket, "Key": key})
        self._s3.delete_object(Bucket=bucket, Key=key)

    def round_trip(self, bucket: str, key: str, body: bytes) -> bytes:
        """Write an object, read it back, delete it, and return what was read."""
        self._s3.put_object(Bucket=bucket, Key=key, Body=body)
        try:
            return self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        finally:
            self._s3.delete_object(Bucket=bucket, Key=key)

    def assume_role(self, role_arn: str, session: str = "harness") -> str:
        """Ask STS for keys of a role, and return the new access key's id (which is no secret)."""
        return self._sts.assume_role(RoleArn=role_arn, RoleSessionName=session)["Credentials"]["AccessKeyId"]
