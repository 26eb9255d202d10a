"""Config objects: what workloads take from them is there, and they carry what platform.yaml says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import is_whole, platform_is_read, preflight
from harness.contracts.registry import Case
from harness.errors import Location
from harness.platform.document import value_at
from harness.platform.problem import did_you_mean, may_be_secret, nearest, one_of
from harness.workloads import Deployment, Ref, Workload, subject
from harness.workloads.model import ConfigObject

# ConfigMaps that every namespace has without anybody's manifest.
_GIVEN = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt"})
_MISSPELT = 0.9  # how near two names are of which one is a slip of the other
_RELOADERS = ("checksum", "hash", "reloader.stakater.com", "configmap.reloader")


def _each_ref(deployment: Deployment) -> Iterator[Case]:
    """Yield every reference to a config object, and to a key of one."""
    for workload in deployment.workloads:
        for container in workload.containers:
            for variable in container.variables:
                if variable.ref:
                    yield _case(workload, variable.ref, subject(workload, container, variable), variable.location)
            for source in container.variables_from:
                name = subject(workload, container, f"envFrom:{source.ref.name}")
                yield _case(workload, source.ref, name, source.location)
        for volume in workload.volumes:
            for ref in volume.refs:
                yield _case(workload, ref, f"{subject(workload)}/volume:{volume.name}", volume.location)


def _case(workload: Workload, ref: Ref, name: str, location: Location | None) -> Case:
    return Case(name, {"workload": workload, "ref": ref}, location)


def _each_key(deployment: Deployment) -> Iterator[Case]:
    return (case for case in _each_ref(deployment) if case.params["ref"].key)


@preflight(
    "config.objects-exist",
    promise="Every ConfigMap and Secret that a workload takes values from exists.",
    mend="name the object that is there, or deploy the one that is missing",
    each=_each_ref,
)
def objects_exist(deployment: Deployment, workload: Workload, ref: Ref) -> None:
    if deployment.config(ref, workload.namespace) or ref.optional or ref.name in _GIVEN:
        return
    known = sorted({config.name for config in deployment.objects.configs if config.kind == ref.kind})
    # A Secret is often made by hand or by an operator, and one chart of several takes ConfigMaps of another: then only
    # a name that is all but a known one is proved to be wrong.
    known_whole = deployment.complete or (ref.kind == "ConfigMap" and is_whole(deployment))
    if not known_whole and nearest(ref.name, known, _MISSPELT) is None:
        return
    raise Breach(
        f"there is no {ref.kind} {ref.name!r}{did_you_mean(ref.name, known)}",
        expected=one_of(known),
        actual=ref.name,
    )


@preflight(
    "config.keys-exist",
    promise="Every key that a workload takes from a ConfigMap or a Secret is one of its keys.",
    requires=("config.objects-exist",),
    mend="name a key that is there, or write the value itself",
    each=_each_key,
)
def keys_exist(deployment: Deployment, workload: Workload, ref: Ref) -> None:
    config = deployment.config(ref, workload.namespace)
    if config is None or config.keys is None or ref.key is None or ref.key in config.keys:
        return
    inside = _inside(config, ref.key)
    if ref.optional and inside is None:
        return
    raise Breach(
        f"{ref.kind} {ref.name!r} has no key {ref.key!r}{did_you_mean(ref.key, config.keys)}",
        expected=one_of(sorted(config.keys)),
        actual=ref.key,
        evidence=inside,
        mend=f"write the value itself: a reference takes a whole key of {ref.name}, not a path inside one"
        if inside
        else None,
    )


def _inside(config: ConfigObject, path: str) -> str | None:
    """Return where the value of a dotted path stands inside one of a ConfigMap's keys, in words."""
    from harness.workloads.documents import parse

    for key, text in config.texts.items():
        content = parse(text) if key.endswith((".yaml", ".yml", ".json")) and "." in path else None
        parts = tuple(path.split("."))
        value = value_at(content, parts)
        if value is not None and not isinstance(value, dict | list):
            said = "" if may_be_secret(parts) else f" = {value}"
            return f"the value stands inside the one key {key!r}, at {path}{said}"
    return None


@preflight(
    "config.platform-carried-whole",
    promise="The platform.yaml that a ConfigMap carries is the one that was given, with all of its layers.",
    requires=(
        "platform.readable",
        "platform.well-formed",
        "platform.layers-whole",
        "platform.references-resolve",
        "platform.namespaces-well-formed",
        "platform.telemetry-has-endpoint",
        "platform.vending-possible",
        "platform.hosts-resolve",
        "platform.ports-served",
        "catalog.role-fits-store",
    ),
    mend="render the charts from this platform.yaml, or give the one that is deployed",
    applies=lambda deployment: (
        platform_is_read(deployment) or (None if deployment.carried else "no ConfigMap carries a platform.yaml")
    ),
)
def platform_carried_whole(deployment: Deployment) -> None:
    given = deployment.platform
    assert given is not None
    wanted = given.model_dump(mode="json", exclude_unset=True)
    for copy in deployment.carried:
        found = next(_differences(wanted, copy.content, ()), None)
        if found is None:
            continue
        path, expected, actual = found
        key = ".".join(path)
        raise Breach(
            f"ConfigMap {copy.config.name!r} carries another platform.yaml: they differ at {key}",
            expected=_told(path, expected),
            actual=_told(path, actual),
            subject=f"configmap/{copy.config.name}/{key}",
            location=copy.config.location,
        )


def _differences(wanted: Any, there: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield what a copy says otherwise, and the layers that it leaves away.

    It may leave away what nobody reads there; one with a version and without layers is cut off.
    """
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        for key, value in wanted.items():
            needed = path[:1] == ("layers",) or (not path and key == "layers" and "version" in there)
            if key in there or needed:
                yield from _differences(value, there.get(key), (*path, str(key)))
    elif wanted != there:
        yield path, wanted, there


def _told(path: tuple[str, ...], value: Any) -> str:
    if value is None:
        return "nothing"
    return f"a mapping with {', '.join(map(str, value))}" if isinstance(value, Mapping) else str(value)


def _each_reader(deployment: Deployment) -> Iterator[Case]:
    """Yield what stays up and reads a ConfigMap that was read, too, and may change."""
    for workload in deployment.workloads:
        if workload.origin == "manifest" and workload.long_running:
            read = [config for ref in _refs(workload) if (config := deployment.config(ref, workload.namespace))]
            changing = sorted({config.name for config in read if config.kind == "ConfigMap" and not config.immutable})
            if changing:
                yield Case(subject(workload), {"workload": workload, "read": changing}, workload.location)


def _refs(workload: Workload) -> Iterator[Ref]:
    for container in workload.containers:
        yield from (variable.ref for variable in container.variables if variable.ref)
        yield from (source.ref for source in container.variables_from)
    for volume in workload.volumes:
        yield from volume.refs


@preflight(
    "config.change-restarts",
    promise="A changed ConfigMap restarts the pods that read it.",
    mend="annotate the pod template: checksum/config: {{ include (…) . | sha256sum }}",
    each=_each_reader,
)
def change_restarts(deployment: Deployment, workload: Workload, read: list[str]) -> None:
    if not any(word in key for key in (*workload.annotations, *workload.labels) for word in _RELOADERS):
        raise Breach(
            f"a change of {', '.join(read)} would restart nothing",
            expected="an annotation checksum/… on the pod template",
            actual=f"annotations: {', '.join(sorted(workload.annotations)) or 'none'}",
        )
