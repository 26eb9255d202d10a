"""Makes a stack in a cluster of kind."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from environments.companion import accompany
from environments.containers.images import build, load_images, pull
from environments.containers.specs import READY
from environments.kind import cluster, removal
from environments.kind.evidence import gather
from environments.kind.plan import KindPlan
from environments.kind.releases import install_command
from environments.kind.secrets import secret_list
from environments.kind.signs import look, not_ready, signs, told
from environments.kind.tools import check_tools, run
from environments.kind.workloads import JOB, RELEASES, WORKLOADS, Deployed, Release
from environments.lifecycle import begun
from environments.local.effective import read_platform
from environments.local.plan import Plan
from environments.local.ports import choose_ports
from environments.local.provision import planned_parts
from environments.local.provision.progress import Shown
from environments.local.secrets import make_secrets, write_secrets
from environments.ready import Ready
from environments.reaper import Reaper, outside
from environments.stacks import check_space
from environments.starting import Say
from harness.errors import StartError
from harness.settings import Settings
from harness.stack import Pods, Stack, WorkloadState
from harness.systems.engine import connect, find_engine
from harness.wait import NotYet, wait_for

if TYPE_CHECKING:
    from docker import DockerClient

_POLL = 1.0  # seconds between two looks at the pods
_PROOF = 300.0  # seconds that a workload may take at least; ten start at once, on the few cores of a node
# Asked from a pod, by the Services' names: pods are Ready before Services work.
_FETCH = """import sys, urllib.request
for url in sys.argv[1:]: urllib.request.urlopen(url, timeout=5).read(); print(url)"""
_BY_NAME = (
    "http://floe-infra-jaeger:16686/api/services",
    "http://floe-infra-marquez:5000/api/v1/namespaces",
    "http://floe-infra-polaris:8182/q/health/ready",
    "http://floe-dagster-webserver:3000/server_info",
)


def start(settings: Settings, digest: str) -> tuple[Stack, Reaper]:
    """Start a new stack in the cluster, and return it with the connection to its reaper, on which it depends.

    Raises EnvironmentFailure: a tool or an image that is missing, a release that does not come up.
    """
    started = time.monotonic()
    check_tools()
    check_space()
    read_platform(settings.platform)
    engine = connect(find_engine())
    images = [image for image in load_images().values() if settings.images == "built" or not image.official]
    build(engine, images)
    pull(engine, {image.official for image in load_images().values() if image.official and image not in images})
    made = settings.cluster not in cluster.clusters()
    with begun() as (folder, reaper), Shown() as shown:
        say = shown.tell
        ports = choose_ports(settings.fixed_ports)
        plan = KindPlan(
            folder, settings.cluster, settings.images, ports, settings.scale, settings.skip_schema_validation
        )
        outside.hold(folder, "kind", (removal.MADE if made else "") + plan.cluster)
        _enter_cluster(engine, plan, made, say)
        secrets = make_secrets()
        write_secrets(secrets, folder / "secrets.json")
        shutil.copyfile(settings.platform, plan.platform_file)
        plan.save()
        run(plan.kubectl("create", "namespace", plan.namespace))
        run(plan.kubectl("apply", "--filename", "-"), given=json.dumps(secret_list(secrets)))
        reaper.hold(accompany(folder, "environments.kind.attend", str(folder)))
        try:
            _install(plan, RELEASES[:1], say)
            _install(plan, RELEASES[1:], say)
            _fetch_by_name(plan, say)
            states = _prove(plan, secrets, say)
        except BaseException:
            gather(plan)
            raise
        stack = Stack(
            id=plan.id,
            environment="kind",
            folder=folder,
            platform_file=plan.platform_file,
            made_from=settings.platform.resolve(),
            scale=settings.scale,
            digest=digest,
            endpoints=plan.endpoints,
            workloads=states,
            secrets_file=folder / "secrets.json",
            start_seconds=round(time.monotonic() - started, 2),
        )
        stack.save()
    return stack, reaper


def _enter_cluster(engine: DockerClient, plan: KindPlan, made: bool, say: Say) -> None:
    if made:
        say("cluster", f"making {plan.cluster}", False)
        cluster.make_cluster(engine, plan.cluster, plan.kubeconfig)
    cluster.write_kubeconfig(plan.cluster, plan.kubeconfig)
    say("cluster", f"{plan.cluster} is {'made' if made else 'used'}", True)
    tags = {image.reference(plan.images) for image in load_images().values()}
    say("images", f"{len(tags)}, those that a node lacks are loaded", False)
    loaded = cluster.load_images(engine, plan.cluster, tags)
    say("images", f"{len(loaded)} loaded, {len(tags) - len(loaded)} there", True)


def _install(plan: KindPlan, releases: Sequence[Release], say: Say) -> None:
    """Install releases side by side; raises StartError as soon as a pod is seen that will not come up."""
    running = {}
    for release in releases:
        say(release.name, "installing", False)
        running[release.name] = subprocess.Popen(
            install_command(plan, release),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    try:
        while running:
            for name, process in list(running.items()):
                try:
                    _, said = process.communicate(timeout=_POLL)
                except subprocess.TimeoutExpired:
                    continue
                del running[name]
                if process.returncode:
                    raise StartError(
                        f"release {name} was not installed",
                        actual="\n".join(line for line in said.strip().splitlines() if "symbolic link" not in line),
                        evidence=told(signs(look(plan))),
                    )
                say(name, "its pods are ready", True)
            if hopeless := [sign for sign in signs(look(plan)) if sign.hopeless]:
                raise StartError("a pod does not come up", actual=told(hopeless))
    finally:
        for process in running.values():
            process.kill()


def _fetch_by_name(plan: KindPlan, say: Say) -> None:
    """Fetch Services by name from a pod; raises WaitTimeout."""

    def fetch() -> None:
        try:
            run(plan.kubectl("exec", "deployment/floe-dagster-user-code", "--", "python", "-c", _FETCH, *_BY_NAME))
        except Exception as error:
            raise NotYet(str(error)) from None

    wait_for("a pod reaches Services by their names", fetch, 60)
    if late := not_ready(seen := look(plan)):
        raise StartError("a pod is not ready", actual=", ".join(late), evidence=told(signs(seen)))
    say(
        "services",
        f"a pod reached {len(_BY_NAME)} of them by name; {len(WORKLOADS)} of {len(WORKLOADS)} pods Ready",
        True,
    )


def _prove(plan: KindPlan, secrets: Mapping[str, str], say: Say) -> list[WorkloadState]:
    """Let each workload prove what it proves in `local`, over the forwarded ports; raises StartError."""
    images = load_images()
    seen = Plan(plan.platform_file, plan.folder, planned_parts(), plan.endpoints, plan.ports, secrets, scale=plan.scale)

    def prove(workload: Deployed) -> WorkloadState:
        begun_at, ready, image = time.monotonic(), READY[workload.name](seen), images[workload.image]
        _await(workload.name, ready)
        took = round(time.monotonic() - begun_at, 2)
        say(workload.name, f"proved after {took:.1f} s: {ready.fact}", True)
        return WorkloadState(
            name=workload.name,
            component=workload.component,
            kind="stand-in" if image.standin and plan.images == "built" else "real",
            version=image.reference(plan.images),
            pods=Pods(kubeconfig=plan.kubeconfig, namespace=plan.namespace, app=workload.app),
            log=plan.folder / "logs" / f"{workload.name}.log",
            ready_seconds=took,
            ready_by=ready.fact,
        )

    with ThreadPoolExecutor(len(WORKLOADS), thread_name_prefix="prove") as pool:
        states = list(pool.map(prove, WORKLOADS))
    job = WorkloadState(
        name=JOB,
        component="catalog",
        kind="real",
        log=plan.folder / "logs" / f"{JOB}.log",
        ready_by="it ran to its end",
    )
    return [*states, job]


def _await(name: str, ready: Ready) -> None:
    def ask() -> None:
        if (found := ready.look()) is not None:
            raise NotYet(found)

    wait_for(f"{name}: {ready.fact}", ask, max(ready.limit, _PROOF))
