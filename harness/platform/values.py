"""What a single value of platform.yaml may be; each refuses in words that say what is expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, StringConstraints

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+")  # a name, IPv4, or IPv6 without brackets
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/\S+")
_NAME = re.compile(r"[a-z0-9]([a-z0-9._/-]{0,251}[a-z0-9])?")
_WAREHOUSE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")


def _url(value: str) -> str:
    expected = "a URL with http or https, a host and a port from 1 to 65535, e.g. http://host:8181"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(expected) from None
    if parts.username is not None:
        raise ValueError("a URL without a login: secrets are referenced, never written out")
    host = parts.hostname or ""
    well = parts.scheme in ("http", "https") and _HOST.fullmatch(host) and port != 0 and not parts.netloc.endswith(":")
    # urlsplit takes http:///path, which is what an empty variable leaves of an endpoint: it has no host.
    if not well or re.search(r"\s", value):
        raise ValueError(expected)
    return value


def _lineage_url(value: str) -> str:
    # OpenLineage's HTTP transport takes a base URL and adds this path; platform.yaml has the whole.
    # https://openlineage.io/docs/client/python
    if not urlsplit(value).path.rstrip("/").endswith("/api/v1/lineage"):
        raise ValueError("the full path of the OpenLineage API, e.g. http://host:5000/api/v1/lineage")
    return value


def _bucket(value: str) -> str:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    if not _BUCKET.fullmatch(value) or ".." in value:
        raise ValueError("3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at both ends")
    return value


def _region(value: str) -> str:
    if not _REGION.fullmatch(value):
        raise ValueError("a region such as us-east-1")
    return value


def _role(value: str) -> str:
    # Polaris answers an empty one with 400 `ARN must not be empty`.
    if not _ROLE.fullmatch(value):
        raise ValueError("the ARN of a role, e.g. arn:aws:iam::000000000000:role/polaris")
    return value


def _warehouse(value: str) -> str:
    if not _WAREHOUSE.fullmatch(value):
        raise ValueError("letters, digits, _, - and dots")
    return value


def _secret_name(value: str) -> str:
    # As Kubernetes names a Secret, so that a key or a password seldom fits.
    if not _NAME.fullmatch(value):
        raise ValueError(
            "the name of a secret (lower-case letters, digits, '-', '.', '_', '/'), never the secret itself"
        )
    return value


def _reference(value: Any) -> Any:
    if not isinstance(value, Mapping) and value is not None:
        raise ValueError("a secret is referenced, never written out: {secret_ref: name}")
    return value


Text = Annotated[str, StringConstraints(min_length=1)]
Url = Annotated[str, AfterValidator(_url)]
LineageUrl = Annotated[str, AfterValidator(_url), AfterValidator(_lineage_url)]
Bucket = Annotated[str, AfterValidator(_bucket)]
Region = Annotated[str, AfterValidator(_region)]
RoleArn = Annotated[str, AfterValidator(_role)]
Warehouse = Annotated[str, AfterValidator(_warehouse)]
SecretName = Annotated[str, AfterValidator(_secret_name)]
IsReference = BeforeValidator(_reference)
