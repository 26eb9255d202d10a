"""The object store: SeaweedFS, S3 and STS on one port."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

import httpx

from environments.local.plan import Plan
from environments.local.process import ProcessSpec, Ready
from environments.local.workloads.asking import asking
from harness.stack import OBJECT_STORE

ROLE = "arn:aws:iam::000000000000:role/polaris"
_PROBE_BUCKET = "readiness"


def spec(plan: Plan) -> ProcessSpec:
    """Return the process of the store; its keys stand in a private file of its work folder."""
    folder = plan.work_folder("object-store")
    key, secret = (plan.secrets[f"object-store-keys.{part}"] for part in ("access-key-id", "secret-access-key"))
    identity = {
        "name": "admin",
        "credentials": [{"accessKey": key, "secretKey": secret}],
        "actions": ["Admin", "Read", "List", "Tagging", "Write"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "iam.json").write_text(json.dumps(_iam()))
    port = {name.removeprefix("object-store."): p for name, p in plan.ports.items() if name.startswith("object-store.")}
    data = folder / "data"
    data.mkdir(exist_ok=True)
    options = {
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "dir": data,
        "s3.port": port["s3"],
        "s3.port.grpc": port["s3-grpc"],
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.config": folder / "s3.json",
        "s3.iam.config": folder / "iam.json",
        "master.port": port["master"],
        "master.port.grpc": port["master-grpc"],
        "master.volumeSizeLimitMB": 64,
        "master.resumeState": "false",
        "master.electionTimeout": "1s",
        "volume.port": port["volume"],
        "volume.port.grpc": port["volume-grpc"],
        "volume.max": 50,
        "volume.preStopSeconds": 1,
        "filer.port": port["filer"],
        "filer.port.grpc": port["filer-grpc"],
    }
    return ProcessSpec(
        name="object-store",
        component="object-store",
        kind="real",
        version="SeaweedFS 4.48",
        command=(str(plan.parts.weed), "-logtostderr", "server", "-filer", "-s3", *_flags(options)),
        cwd=folder,
        ports=port,
        ready=ready(plan),
    )


def ready(plan: Plan) -> Ready:
    """Return the check of the plan's store, whichever it is."""
    key, secret = (plan.secrets[f"object-store-keys.{part}"] for part in ("access-key-id", "secret-access-key"))
    asked = probe(plan.endpoints[OBJECT_STORE], key, secret)
    return Ready("an object was written and read back, and STS answered AssumeRole", asked)


def _flags(options: dict[str, object]) -> list[str]:
    return [f"-{name}={value}" for name, value in options.items()]


def _iam() -> dict[str, object]:
    """Return SeaweedFS' IAM file: one role that anybody with keys may take, limited by its session policy."""
    allow_s3 = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole"]}
    signing_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "sts": {"tokenDuration": "1h", "maxSessionLength": "12h", "issuer": "seaweedfs-sts", "signingKey": signing_key},
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "policies": [{"name": "PolarisRW", "document": {"Version": "2012-10-17", "Statement": [allow_s3]}}],
        "roles": [
            {
                "roleName": "polaris",
                "roleArn": ROLE,
                "attachedPolicies": ["PolarisRW"],
                "trustPolicy": {"Version": "2012-10-17", "Statement": [trust]},
            }
        ],
    }


def probe(endpoint: str, key: str, secret: str) -> Callable[[], str | None]:
    """Return a check of a store: None when an object comes back as written and a role can be taken."""

    take_role = urlencode(
        {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": ROLE, "RoleSessionName": "readiness"}
    )

    def check() -> str | None:
        with asking(endpoint, timeout=5) as http:
            http.auth = _signed("s3", key, secret)
            bucket, name = f"/{_PROBE_BUCKET}", f"/{_PROBE_BUCKET}/probe"
            if (made := http.put(bucket)).status_code != httpx.codes.CONFLICT:  # there from a look that failed later
                made.raise_for_status()
            http.put(name, content=b"written").raise_for_status()
            if (read := http.get(name).raise_for_status().content) != b"written":
                return f"read back {read!r}"
            http.delete(name).raise_for_status()
            http.delete(bucket).raise_for_status()
            http.auth = _signed("sts", key, secret)
            form = {"content-type": "application/x-www-form-urlencoded"}
            http.post("/", content=take_role, headers=form).raise_for_status()
        return None

    return check


def _signed(service: str, key: str, secret: str) -> Callable[[httpx.Request], httpx.Request]:
    """Return what signs a request (Signature Version 4); boto3 would cost more CPU than the store's whole start."""
    from botocore.auth import S3SigV4Auth, SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    auth = kind(Credentials(key, secret), service, "us-east-1")

    def sign(request: httpx.Request) -> httpx.Request:
        signed = AWSRequest(request.method, str(request.url), dict(request.headers), request.content)
        auth.add_auth(signed)
        request.headers.update(dict(signed.headers))
        return request

    return sign
