"""Images and resources: what runs is what was tested, and has room to."""

from __future__ import annotations

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import each_container, preflight
from harness.workloads import Container, Deployment, Workload

_FLOATING = frozenset({"latest", "main", "master", "edge", "nightly"})
_MIB = 1024 * 1024
# The least memory that a part was seen to work with, in MiB: below it, it is killed while it starts or soon after.
_LEAST = {
    "object-store": 256,
    "catalog": 256,
    "lineage-store": 256,
    "orchestrator": 256,
    "semantic-layer": 256,
    "database": 128,
    "trace-store": 64,
}


@preflight(
    "image.tag-fixed",
    promise="Every image has a tag or a digest that stays what it is.",
    mend="write a version or a digest: with a floating tag, what runs may be older than the code",
    each=each_container(lambda workload, container: bool(container.image) and workload.kind != "Process"),
)
def tag_fixed(deployment: Deployment, workload: Workload, container: Container) -> None:
    image = container.image or ""
    name, at, _ = image.partition("@")
    _, colon, tag = name.rpartition("/")[2].partition(":")
    if not at and (not colon or tag in _FLOATING):
        raise Breach(
            f"the image of {container.name} floats",
            expected=f"{name.removesuffix(f':{tag}') if tag else name}:<version>",
            actual=image,
        )


@preflight(
    "container.memory-enough",
    promise="A container's memory limit is not below what its part is known to need.",
    mend="raise resources.limits.memory",
    each=each_container(
        lambda workload, container: (
            container.memory_limit is not None
            and workload.long_running
            and workload.component in _LEAST
            and container in workload.main[:1]
        )
    ),
)
def memory_enough(deployment: Deployment, workload: Workload, container: Container) -> None:
    least, limit = _LEAST[str(workload.component)], container.memory_limit or 0
    if limit < least * _MIB:
        raise Breach(
            f"{container.name} would be killed (OOMKilled): its memory limit is too small",
            expected=f"at least {least}Mi for a {workload.component}",
            actual=f"{limit / _MIB:.4g}Mi",
        )


@preflight(
    "container.request-within-limit",
    promise="A container asks for no more memory than it may have.",
    mend="make resources.requests.memory at most resources.limits.memory",
    each=each_container(
        lambda workload, container: container.memory_limit is not None and container.memory_request is not None
    ),
)
def request_within_limit(deployment: Deployment, workload: Workload, container: Container) -> None:
    request, limit = container.memory_request or 0, container.memory_limit or 0
    if request > limit:
        raise Breach(
            f"{container.name} asks for more memory than its limit, which Kubernetes refuses",
            expected=f"at most {limit / _MIB:.4g}Mi",
            actual=f"{request / _MIB:.4g}Mi",
        )
