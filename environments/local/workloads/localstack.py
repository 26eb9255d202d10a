"""The object store as the reference platform deploys it: LocalStack, in an environment of its own.

Its STS answers AssumeRole, but session policies are not enforced. Without hypercorn it would bind every interface.
"""

from __future__ import annotations

from environments.local.plan import Plan
from environments.local.process import ProcessSpec
from environments.local.workloads.object_store import ready


def spec(plan: Plan) -> ProcessSpec:
    """Return the process of the store, on the port and with the readiness check of the default one."""
    folder, port = plan.work_folder("object-store"), plan.ports["object-store.s3"]
    address = f"127.0.0.1:{port}"
    return ProcessSpec(
        name="object-store",
        component="object-store",
        kind="real",
        version="LocalStack 4.9.2",
        command=(str(plan.parts.localstack), "-m", "localstack.runtime.main"),
        env={
            "GATEWAY_SERVER": "hypercorn",
            "GATEWAY_LISTEN": address,
            "LOCALSTACK_HOST": address,
            "SERVICES": "s3,sts",
            "STRICT_SERVICE_LOADING": "1",
            "EAGER_SERVICE_LOADING": "0",
            "PERSISTENCE": "0",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DNS_ADDRESS": "0",
            "LOCALSTACK_VOLUME_DIR": str(folder / "volume"),
            "FILESYSTEM_ROOT": str(folder / "root"),
        },
        cwd=folder,
        ports={"s3": port},
        ready=ready(plan),
    )
