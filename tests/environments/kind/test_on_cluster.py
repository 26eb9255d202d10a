"""Faults of Kubernetes on a real cluster of kind: each is put into what is deployed there, and named."""

import json
import secrets
import subprocess

import pytest

from environments.containers.images import build, load_images
from environments.kind import cluster, removal
from environments.kind.plan import KindPlan
from environments.kind.releases import install_command, values
from environments.kind.secrets import secret_list
from environments.kind.signs import look, signs, told
from environments.kind.tools import run
from environments.kind.workloads import RELEASES
from environments.local.ports import USUAL
from environments.local.secrets import make_secrets
from harness.contracts.registry import Target, contracts_of
from harness.diagnosis import evaluate
from harness.platform import read_platform
from harness.systems.engine import connect, find_engine
from harness.wait import NotYet, wait_for
from harness.workloads import Deployment
from harness.workloads.cluster import read_cluster
from tests.environments.kind.test_rendered import DEMO

NAME = "kind"
INFRASTRUCTURE, DAGSTER, CUBE = RELEASES
ONLY_JAEGER = [
    "--set",
    ",".join(f"workloads.{name}=null" for name in ("localstack", "postgresql", "polaris", "marquez")),
]


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """A namespace of its own with the Secrets in it, and the way into the cluster."""
    folder = tmp_path / secrets.token_hex(4)
    folder.mkdir()
    made = KindPlan(folder, NAME, "built", USUAL)
    cluster.write_kubeconfig(NAME, made.kubeconfig)
    monkeypatch.setenv("KUBECONFIG", str(made.kubeconfig))
    made.platform_file.write_text(DEMO.read_text())
    run(made.kubectl("create", "namespace", made.namespace))
    try:
        run(made.kubectl("apply", "--filename", "-"), given=json.dumps(secret_list(make_secrets())))
        yield made
    finally:
        assert removal.remove(NAME, made.id)


@pytest.fixture(scope="module", autouse=True)
def images():
    """The images that the faults are put into."""
    engine, known = connect(find_engine()), load_images()
    used = [known["jaeger"], known["catalog-init"]]
    build(engine, used)
    cluster.load_images(engine, NAME, [image.tag for image in used])


@pytest.fixture
def jaeger(plan):
    """Installs the trace store alone, with values on top; the release need not come up."""
    begun = []

    def install(*more):
        command = [*install_command(plan, INFRASTRUCTURE), *ONLY_JAEGER, "--skip-schema-validation", *more]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        begun.append(subprocess.Popen(command, **quiet))

    yield install
    for process in begun:
        process.kill()
        process.wait()


def named(plan, text, limit=90):
    """Wait until a sign has the text."""

    def ask():
        found = told(signs(look(plan))) or "nothing"
        if text not in found:
            raise NotYet(found)

    wait_for(f"a sign says {text!r}", ask, limit)


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("ImagePullBackOff", "workloads.jaeger.image=floe-harness/jaeger:none"),
        ("OOMKilled", "workloads.jaeger.resources.limits.memory=8Mi,workloads.jaeger.resources.requests.memory=1Mi"),
        ("its readiness probe does not hold", "workloads.jaeger.readinessProbe.httpGet.port=9999"),
        ("couldn't find key passwort", "workloads.jaeger.secretEnv.X=postgres/passwort"),
        ("CreateContainerConfigError", "workloads.jaeger.securityContext.runAsUser=0"),
        (
            "no node takes it",
            "workloads.jaeger.resources.limits.memory=900Gi,workloads.jaeger.resources.requests.memory=900Gi",
        ),
    ],
)
def test_a_pod_that_does_not_come_up_is_named(plan, jaeger, said, given):
    jaeger("--set", given, "--set", "catalogInit.env.PLATFORM_FILE=/nowhere")
    named(plan, said)


def test_a_hook_that_fails_is_named(plan, jaeger):
    jaeger("--set", "catalogInit.env.PLATFORM_FILE=/nowhere,catalogInit.backoffLimit=0")
    named(plan, "floe-infra-catalog-init: failed")


def test_a_quota_is_named(plan, jaeger):
    run(plan.kubectl("create", "quota", "none", "--hard=pods=0"))
    jaeger()
    named(plan, "exceeded quota")


def test_a_service_with_another_selector_is_named(plan, jaeger):
    jaeger()
    wrong = json.dumps({"spec": {"selector": {"app.kubernetes.io/name": "jeager"}}})

    def patch():
        try:
            run(plan.kubectl("patch", "service", "floe-infra-jaeger", "--patch", wrong))
        except Exception as error:
            raise NotYet(str(error)) from None

    wait_for("the Service is there", patch, 60)
    named(plan, "floe-infra-jaeger: the Service selects no pod")


def roots(plan):
    """Return what preflight says of the namespace as the cluster has it."""
    deployment = Deployment(read_cluster(None, plan.namespace), read_platform(plan.platform_file), complete=True)
    targets = {Target.PLATFORM: deployment.reading, Target.DEPLOYMENT: deployment}
    return [f"{root.contract.id} {root.subject}" for root in evaluate(contracts_of(*targets), targets).roots]


def deploy(plan, *more):
    """Put the three charts into the cluster, without a pod, and Dagster's with values on top."""
    for release in RELEASES:
        names = ",".join(
            f"{path.removesuffix('image')}replicas=0" for path in release.images if path.startswith("workloads.")
        )
        own = more if release is DAGSTER else ()
        command = ["helm", "template", release.name, *values(plan, release), "--set", names, "--no-hooks", *own]
        run(plan.kubectl("apply", "--filename", "-"), given=run([*command, "--namespace", plan.namespace]))


def test_preflight_on_the_cluster_is_silent_and_names_the_three_faults_of_kubernetes(plan):
    deploy(plan)
    assert roots(plan) == []

    deploy(plan, "--set", "runs.initAsRoot=true")
    assert [root for root in roots(plan) if root.startswith("volume.shared-files-readable") and "run-pod" in root]
    deploy(plan)

    key = {"configMapKeyRef": {"name": "floe-infra-platform", "key": "storage.bronze.endpoint"}}
    container = {"name": "cube-api", "env": [{"name": "CUBEJS_DB_DUCKDB_S3_ENDPOINT", "value": None, "valueFrom": key}]}
    patch = json.dumps({"spec": {"template": {"spec": {"containers": [container]}}}})
    run(plan.kubectl("patch", "deployment", "floe-cube-api", "--patch", patch))
    assert [root for root in roots(plan) if root.startswith("config.keys-exist") and "cube-api" in root]
    run(plan.kubectl("delete", "deployment", "floe-cube-api"))
    deploy(plan)

    silent = ("OTEL_EXPORTER_OTLP_ENDPOINT-", "OTEL_SERVICE_NAME-", "OPENLINEAGE_URL-", "OPENLINEAGE_NAMESPACE-")
    run(plan.kubectl("set", "env", "deployment/floe-cube-api", *silent))
    assert [root for root in roots(plan) if root.startswith(("telemetry.", "lineage.")) and "cube-api" in root]
