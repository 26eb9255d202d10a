"""The object store: SeaweedFS, S3 and STS on one port."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable

from environments.local.plan import Plan
from environments.local.process import ProcessSpec, Ready

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
        ready=Ready(
            "an object was written and read back, and STS answered AssumeRole",
            probe(f"http://127.0.0.1:{port['s3']}", key, secret),
        ),
    )


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

    def check() -> str | None:
        import boto3
        from botocore.config import Config

        session = boto3.Session(key, secret, region_name="us-east-1")
        config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}, proxies={})
        s3 = session.client("s3", endpoint_url=endpoint, config=config)
        s3.create_bucket(Bucket=_PROBE_BUCKET)
        s3.put_object(Bucket=_PROBE_BUCKET, Key="probe", Body=b"written")
        read = s3.get_object(Bucket=_PROBE_BUCKET, Key="probe")["Body"].read()
        if read != b"written":
            return f"read back {read!r}"
        s3.delete_object(Bucket=_PROBE_BUCKET, Key="probe")
        s3.delete_bucket(Bucket=_PROBE_BUCKET)
        sts = session.client("sts", endpoint_url=endpoint, config=config)
        sts.assume_role(RoleArn=ROLE, RoleSessionName="readiness")
        return None

    return check
