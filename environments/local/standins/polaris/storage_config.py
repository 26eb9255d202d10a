"""A catalog's storageConfigInfo: what is taken, what is filled in, and what must not change later."""

from __future__ import annotations

import re
from typing import Any

from .errors import Empty, Refusal
from .javaset import java_list
from .locations import within

Json = dict[str, Any]

# Field -> type, in the order in which the server writes them; unknown ones are ignored.
_S3_FIELDS = {
    "roleArn": str, "externalId": str, "currentKmsKey": str, "allowedKmsKeys": list, "region": str, "endpoint": str,
    "stsEndpoint": str, "stsUnavailable": bool, "endpointInternal": str, "pathStyleAccess": bool,
    "kmsUnavailable": bool, "storageType": str, "allowedLocations": list, "storageName": str,
}  # fmt: skip
_KNOWN = ("S3", "GCS", "AZURE", "FILE")
_PREFIXES = {"S3": ("s3://", "s3a://"), "FILE": ("file://", "/", "*")}
_ARN = re.compile(r"(?:arn|urn):[^:]+:iam:[^:]*:([^:]*):.+")
# The order and names of AwsStorageConfigurationInfo.toString, which the server's messages show.
_PRINTED = {
    "allowedLocations": "allowedLocations", "storageName": "storageName", "roleArn": "roleARN",
    "currentKmsKey": "currentKmsKey", "allowedKmsKeys": "allowedKmsKeys", "externalId": "externalId",
    "region": "region", "endpoint": "endpoint", "pathStyleAccess": "pathStyleAccess",
    "stsUnavailable": "stsUnavailable", "kmsUnavailable": "kmsUnavailable", "stsEndpoint": "stsEndpoint",
    "endpointInternal": "endpointInternal",
}  # fmt: skip


def read(given: Any, base: str) -> Json:
    """Return a storageConfigInfo with its defaults, where `base` is the catalog's default-base-location."""
    if not isinstance(given, dict) or given.get("storageType") not in _KNOWN:
        raise Empty(400)
    kind = given["storageType"]
    if kind not in _PREFIXES:
        raise Refusal("IllegalArgumentException", f"Unsupported storage type: {kind}")
    config: Json = {
        name: _typed(given[name], of)
        for name, of in _S3_FIELDS.items()
        if given.get(name) is not None and (kind == "S3" or name in ("storageType", "allowedLocations"))
    }
    if kind == "S3":
        _account(config.get("roleArn"))
        config = {"allowedKmsKeys": [], "pathStyleAccess": False} | config
    if not config.get("allowedLocations"):
        config["allowedLocations"] = [base]
    prefixes = _PREFIXES[kind]
    for place in (*config["allowedLocations"], base):
        if not place.startswith(prefixes) and kind == "S3":
            raise Refusal(
                "IllegalArgumentException",
                f"Location prefix not allowed: '{place}', expected prefixes: '{','.join(prefixes)}'",
            )
    if not any(within(base, place) for place in config["allowedLocations"]):
        raise Refusal(
            "BadRequestException",
            f"default-base-location '{base}' is not within any of the allowed locations "
            f"{java_list(config['allowedLocations'])}",
        )
    return {name: config[name] for name in _S3_FIELDS if name in config}


def check_change(old: Json, new: Json) -> None:
    """Refuse a change that would take a catalog's files away from it."""
    change = f"in storage config from {_printed(old)} to {_printed(new)}"
    if old["storageType"] != new["storageType"]:
        raise Refusal("BadRequestException", f"Cannot modify storage type {change}")
    if old["storageType"] != "S3":
        return
    if _account(old.get("roleArn")) != _account(new.get("roleArn")):
        raise Refusal("BadRequestException", f"Cannot modify AWS account ID {change}")
    if old.get("externalId") != new.get("externalId"):
        raise Refusal("BadRequestException", f"Cannot modify ExternalId {change}")


def _account(role: str | None) -> str | None:
    if role is None:
        return None
    if not role:
        raise Refusal("IllegalArgumentException", "ARN must not be empty")
    matched = _ARN.fullmatch(role)
    if matched is None:
        raise Refusal("IllegalArgumentException", f"Invalid role ARN format: {role}")
    return matched[1]


def _typed(value: Any, of: type) -> Any:
    if of is bool and value in ("true", "false"):  # the server's JSON binding turns strings into booleans
        return value == "true"
    if of is str and isinstance(value, (int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, of) or (of is list and not _all_texts(value)):
        raise Empty(400)
    return value


def _all_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _printed(config: Json) -> str:
    def value(of: Any) -> str:
        if isinstance(of, list):
            return java_list(of)
        return str(of).lower() if isinstance(of, bool) else str(of)

    shown = (f"{name}={value(config[key])}" for key, name in _PRINTED.items() if key in config)
    return f"AwsStorageConfigurationInfo{{{', '.join(shown)}}}"
