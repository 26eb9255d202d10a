"""A pod's specification, as Kubernetes has it, in the workload model.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.workloads.documents import Place
from harness.workloads.model import (
    Container,
    Identity,
    Mount,
    Port,
    Probe,
    Ref,
    Variable,
    VariablesFrom,
    Volume,
)
from harness.workloads.shapes import entries, mapping, quantity, text, truth, whole

_PROBES = (("readiness", "readinessProbe"), ("liveness", "livenessProbe"), ("startup", "startupProbe"))


def containers(spec: Mapping[str, Any], at: Place) -> tuple[Container, ...]:
    """Return the containers of a pod, init containers first, in the order in which they start."""
    found = [_container(each, _below(at, "initContainers", i), True) for i, each in entries(spec.get("initContainers"))]
    found += [_container(each, _below(at, "containers", i), False) for i, each in entries(spec.get("containers"))]
    return tuple(found)


def volumes(spec: Mapping[str, Any], at: Place) -> tuple[Volume, ...]:
    """Return the volumes of a pod."""
    return tuple(_volume(each, at("volumes", i)) for i, each in entries(spec.get("volumes")))


def identity(context: Any, at: Place) -> Identity:
    """Return a securityContext, of a pod or of a container."""
    said = mapping(context)
    return Identity(
        user=whole(said.get("runAsUser")),
        group=whole(said.get("runAsGroup")),
        fs_group=whole(said.get("fsGroup")),
        fs_group_change_policy=text(said.get("fsGroupChangePolicy")),
        non_root=truth(said.get("runAsNonRoot")),
        read_only_root=said.get("readOnlyRootFilesystem") is True,
        added_capabilities=frozenset(_texts(mapping(said.get("capabilities")).get("add"))),
        location=at(),
    )


def _container(said: Mapping[str, Any], at: Place, init: bool) -> Container:
    resources = mapping(said.get("resources"))
    ports = [(whole(each.get("containerPort")), text(each.get("name"))) for _, each in entries(said.get("ports"))]
    return Container(
        name=text(said.get("name")) or "",
        image=text(said.get("image")),
        init=init,
        variables=tuple(_variables(said, at)),
        variables_from=tuple(_variables_from(said, at)),
        mounts=tuple(_mounts(said)),
        identity=identity(said.get("securityContext"), _below(at, "securityContext")),
        ports=tuple(Port(number, name) for number, name in ports if number is not None),
        probes=tuple(_probes(said, at)),
        command=(*_texts(said.get("command")), *_texts(said.get("args"))),
        memory_limit=quantity(mapping(resources.get("limits")).get("memory")),
        memory_request=quantity(mapping(resources.get("requests")).get("memory")),
        location=at(),
    )


def _variables(said: Mapping[str, Any], at: Place) -> Iterator[Variable]:
    for index, each in entries(said.get("env")):
        name = text(each.get("name"))
        if name:
            source = mapping(each.get("valueFrom"))
            # A variable without a value is the empty text.
            value = None if source else text(each.get("value")) or ""
            yield Variable(name, value, _key_ref(source), at("env", index, "valueFrom" if source else "value"))


def _key_ref(source: Mapping[str, Any]) -> Ref | None:
    if isinstance(source.get("configMapKeyRef"), Mapping):
        return _ref("ConfigMap", source["configMapKeyRef"])
    if isinstance(source.get("secretKeyRef"), Mapping):
        return _ref("Secret", source["secretKeyRef"])
    return None


def _ref(kind: Any, said: Mapping[str, Any], name: str = "name") -> Ref | None:
    found = text(said.get(name))
    return Ref(kind, found, text(said.get("key")), said.get("optional") is True) if found else None


def _variables_from(said: Mapping[str, Any], at: Place) -> Iterator[VariablesFrom]:
    for index, each in entries(said.get("envFrom")):
        for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            ref = _ref(kind, mapping(each.get(key)))
            if ref:
                yield VariablesFrom(ref, text(each.get("prefix")) or "", at("envFrom", index, key))


def _mounts(said: Mapping[str, Any]) -> Iterator[Mount]:
    for _, each in entries(said.get("volumeMounts")):
        volume, path = text(each.get("name")), text(each.get("mountPath"))
        if volume and path:
            yield Mount(volume, path, each.get("readOnly") is True, text(each.get("subPath")))


def _probes(said: Mapping[str, Any], at: Place) -> Iterator[Probe]:
    for kind, key in _PROBES:
        probe = said.get(key)
        if isinstance(probe, Mapping):
            network = next((w for w in ("httpGet", "tcpSocket", "grpc") if isinstance(probe.get(w), Mapping)), None)
            port = probe[network].get("port") if network else None
            number = whole(port)
            yield Probe(kind, number if number is not None else text(port), at(key))  # type: ignore[arg-type]


def _volume(said: Mapping[str, Any], location: Any) -> Volume:
    name = text(said.get("name")) or ""
    kind = next((str(key) for key in said if key != "name"), "emptyDir")
    source = mapping(said.get(kind))
    claim = text(source.get("claimName")) if kind == "persistentVolumeClaim" else None
    return Volume(name, kind, tuple(_shown(kind, source)), claim, location)


def _shown(kind: str, source: Mapping[str, Any]) -> Iterator[Ref]:
    """Yield the config objects that a volume shows, a key each where it picks keys."""
    if kind == "projected":
        for _, part in entries(source.get("sources")):
            for inner in ("configMap", "secret"):
                yield from _shown_by(inner, mapping(part.get(inner)), "name")
    elif kind in ("configMap", "secret"):
        yield from _shown_by(kind, source, "name" if kind == "configMap" else "secretName")


def _shown_by(kind: str, source: Mapping[str, Any], name: str) -> Iterator[Ref]:
    whole_object = _ref("ConfigMap" if kind == "configMap" else "Secret", source, name)
    if whole_object is None:
        return
    keys = [text(item.get("key")) for _, item in entries(source.get("items"))]
    if not keys:
        yield whole_object
    for key in keys:
        if key:
            yield Ref(whole_object.kind, whole_object.name, key, whole_object.optional)


def _texts(value: Any) -> list[str]:
    return [found for each in value if (found := text(each)) is not None] if isinstance(value, list) else []


def _below(at: Place, *parts: str | int) -> Place:
    return lambda *path: at(*parts, *path)
