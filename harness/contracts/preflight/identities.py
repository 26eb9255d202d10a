"""Identities: who a container runs as, and whether that lets it do what it must.

https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import Seen, each_container, each_variable, preflight
from harness.contracts.registry import Case
from harness.workloads import Container, Deployment, Volume, Workload, subject

# Images whose own user is root, by repository without the registry.
_ROOT_IMAGES = frozenset(
    {
        *("alpine", "busybox", "debian", "ubuntu", "python", "node", "nginx", "httpd", "postgres"),
        *("localstack/localstack", "amazon/aws-cli", "cubejs/cube"),
    }
)
_HANDS_OVER = re.compile(r"\b(?:chown|chmod|setfacl)\b")
_LOWEST_FREE_PORT = 1024
_ANY_PORT = frozenset({"NET_BIND_SERVICE", "CAP_NET_BIND_SERVICE", "ALL"})
_SET = "runAsUser, runAsGroup, fsGroup, runAsNonRoot and fsGroupChangePolicy on the pod"


def user_of(workload: Workload, container: Container) -> int | None:
    """Return the UID that a container runs as: the one that is set, else root for an image that is known to be so."""
    user = workload.user(container)
    return 0 if user is None and _is_root_image(container.image) else user


def _is_root_image(image: str | None) -> bool:
    name = (image or "").partition("@")[0].removeprefix("docker.io/").removeprefix("library/")
    return name.partition(":")[0] in _ROOT_IMAGES


def _each_shared(deployment: Deployment) -> Iterator[Case]:
    """Yield the writable volumes that several containers of a pod mount, one of which may write."""
    for workload in deployment.workloads:
        mounted: dict[str, list[Container]] = defaultdict(list)
        writing: set[str] = set()
        for container in workload.containers:
            for name in dict.fromkeys(mount.volume for mount in container.mounts):
                mounted[name].append(container)
            writing |= {mount.volume for mount in container.mounts if not mount.read_only}
        for name, containers in mounted.items():
            volume = workload.volume_named.get(name)
            if volume and volume.writable and len(containers) > 1 and name in writing:
                params = {"workload": workload, "volume": volume, "containers": containers}
                yield Case(f"{subject(workload)}/volume:{name}", params, volume.location)


def _handed_over(containers: list[Container]) -> bool:
    """Return whether an init container gives the files to the others, as root may."""
    return any(container.init and _HANDS_OVER.search(container.script) for container in containers)


@preflight(
    "volume.shared-files-readable",
    promise="Containers that share a writable volume can read and write each other's files.",
    mend=f"set {_SET}, so that all of its containers run as one user or share a group",
    each=_each_shared,
)
def shared_files_readable(
    deployment: Deployment, workload: Workload, volume: Volume, containers: list[Container]
) -> None:
    if _handed_over(containers):
        return
    users = {container.name: user_of(workload, container) for container in containers}
    known = {user for user in users.values() if user is not None}
    if workload.identity.fs_group is None and len(known) > 1:
        said = ", ".join(f"{name} runs as {_who(user)}" for name, user in users.items())
        raise Breach(
            f"containers of {workload.name} share the {volume.kind} {volume.name!r} as different users",
            expected="one runAsUser for all of them, or an fsGroup on the pod",
            actual=f"{said}; no fsGroup",
            evidence="what one of them writes, the other may not write over (Permission denied)",
        )


@preflight(
    "pod.identity-set",
    promise="A pod whose containers share a writable volume says which user and group they are.",
    requires=("volume.shared-files-readable",),
    mend=f"set {_SET}",
    each=_each_shared,
)
def identity_set(deployment: Deployment, workload: Workload, volume: Volume, containers: list[Container]) -> None:
    if _handed_over(containers):
        return
    images = {container.image for container in containers}
    unknown = [container.name for container in containers if user_of(workload, container) is None]
    # One image runs as one user, whoever that is.
    same = len(images) == 1 and None not in images and len(unknown) == len(containers)
    if workload.identity.fs_group is None and unknown and not same:
        raise Breach(
            f"whether containers of {workload.name} can share {volume.kind} {volume.name!r} is left to their images",
            expected=_SET,
            actual=f"no fsGroup, and no runAsUser for {', '.join(unknown)}",
            evidence=", ".join(f"{c.name} runs as {_who(user_of(workload, c))}" for c in containers),
        )


def _each_claim(deployment: Deployment) -> Iterator[Case]:
    """Yield the claims that several workloads mount."""
    sharing: dict[tuple[str | None, str], list[tuple[Workload, Volume]]] = defaultdict(list)
    for workload in deployment.workloads:
        for volume in workload.volumes:
            if volume.claim:
                sharing[workload.namespace, volume.claim].append((workload, volume))
    for (_, claim), users in sharing.items():
        if len(users) > 1:
            yield Case(f"claim/{claim}", {"claim": claim, "users": users}, users[-1][1].location)


@preflight(
    "volume.claim-readable",
    promise="Workloads that share a claim can read each other's files.",
    mend="give the pods that mount the claim the same fsGroup, or the same runAsUser",
    each=_each_claim,
)
def claim_readable(deployment: Deployment, claim: str, users: list[tuple[Workload, Volume]]) -> None:
    groups = {workload.identity.fs_group for workload, _ in users}
    uids = {
        workload.name: user_of(workload, container)
        for workload, volume in users
        for container in workload.containers
        if any(mount.volume == volume.name for mount in container.mounts)
    }
    if (None in groups or len(groups) > 1) and len({uid for uid in uids.values() if uid is not None}) > 1:
        raise Breach(
            f"workloads share the claim {claim!r} as different users",
            expected="one fsGroup, or one runAsUser",
            actual=", ".join(f"{name} runs as {_who(uid)}" for name, uid in uids.items()),
        )


@preflight(
    "container.non-root-possible",
    promise="A container that must not run as root is not made to.",
    mend="set runAsUser to a user other than 0, or leave runAsNonRoot away",
    each=each_container(lambda workload, container: workload.non_root(container)),
)
def non_root_possible(deployment: Deployment, workload: Workload, container: Container) -> None:
    if user_of(workload, container) == 0:
        set_so = workload.user(container) == 0
        raise Breach(
            f"{container.name} has runAsNonRoot and would run as root: its start is refused",
            expected="a runAsUser above 0",
            actual="runAsUser 0" if set_so else f"no runAsUser, and {container.image} runs as root",
        )


@preflight(
    "container.ports-allowed",
    promise="A container that does not run as root opens no port below 1024.",
    mend="open a port above 1023 and lead the Service's targetPort to it",
    each=each_container(lambda workload, container: bool(container.ports)),
)
def ports_allowed(deployment: Deployment, workload: Workload, container: Container) -> None:
    user = user_of(workload, container)
    non_root = user > 0 if user is not None else workload.non_root(container)
    low = sorted(port.number for port in container.ports if port.number < _LOWEST_FREE_PORT)
    if non_root and low and not container.identity.added_capabilities & _ANY_PORT:
        raise Breach(
            f"{container.name} may not open port {low[0]}",
            expected="a port above 1023, or root, or the capability NET_BIND_SERVICE",
            actual=f"port {low[0]} as {_who(user) if user is not None else 'a user that is not root'}",
        )


@preflight(
    "orchestrator.home-writable",
    promise="DAGSTER_HOME can be written to.",
    mend="mount an emptyDir at DAGSTER_HOME, and single files of a ConfigMap into it by subPath",
    each=each_variable("DAGSTER_HOME"),
)
def home_writable(deployment: Deployment, seen: Seen) -> None:
    workload, container = seen.workload, seen.container
    if not seen.text.startswith("/") or workload.kind == "Process":
        return
    home = PurePosixPath(seen.text)
    above = [m for m in container.mounts if home.is_relative_to(PurePosixPath(m.path)) and not m.sub_path]
    mount = max(above, key=lambda m: len(m.path), default=None)
    volume = workload.volume_named.get(mount.volume) if mount else None
    if mount and (mount.read_only or (volume and volume.kind in ("configMap", "secret", "projected"))):
        actual = f"{mount.path} is the {volume.kind if volume else 'volume'} {mount.volume!r}, which is read-only"
    elif mount is None and container.identity.read_only_root:
        actual = "no volume is mounted there, and readOnlyRootFilesystem is true"
    else:
        return
    raise Breach(f"DAGSTER_HOME {home} cannot be written to", expected="a writable folder", actual=actual)


def _who(user: int | None) -> str:
    return "the image's user" if user is None else "root (UID 0)" if user == 0 else f"UID {user}"
