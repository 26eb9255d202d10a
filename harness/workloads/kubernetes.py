"""Kubernetes objects in the workload model; what is of an unknown kind or shape is counted and passed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.workloads import pods
from harness.workloads.components import component_of
from harness.workloads.documents import Object
from harness.workloads.model import ConfigObject, Objects, Origin, Service, ServicePort, Workload
from harness.workloads.shapes import entries, mapping, text, texts, whole

_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    **dict.fromkeys(
        (
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "ReplicationController",
            "Job",
            "Rollout",
        ),
        ("spec", "template"),
    ),
}
# Objects from which an operator makes a Secret; which keys it will have they do not always tell.
_SECRET_MAKERS = ("ExternalSecret", "SealedSecret", "VaultStaticSecret")


def read_objects(objects: Iterable[Object], origin: Origin = "manifest") -> Objects:
    """Return the workloads, services and config objects among Kubernetes objects."""
    workloads: list[Workload] = []
    services: list[Service] = []
    configs: list[ConfigObject] = []
    others = 0
    for each in objects:
        kind = each.content.get("kind")
        if kind == "Service":
            services.append(_service(each))
        elif kind in ("ConfigMap", "Secret") or kind in _SECRET_MAKERS:
            configs.append(_config(each))
        elif isinstance(kind, str) and kind in _TEMPLATES:
            workloads.append(_workload(each, kind, origin))
        elif kind is not None:
            others += 1
    return Objects(tuple(workloads), tuple(services), tuple(configs), others)


def _workload(each: Object, kind: str, origin: Origin) -> Workload:
    path = _TEMPLATES[kind]
    template: Mapping[str, Any] = each.content
    for part in path:
        template = mapping(template.get(part))
    spec, about = mapping(template.get("spec")), mapping(template.get("metadata"))

    def at(*parts: str | int) -> Any:
        return each.at(*path, "spec", *parts)

    name, namespace = _name(each)
    labels, containers = texts(about.get("labels")), pods.containers(spec, at)
    return Workload(
        name=name,
        kind=kind,
        namespace=namespace,
        component=component_of(name, labels, containers),
        containers=containers,
        volumes=pods.volumes(spec, at),
        identity=pods.identity(spec.get("securityContext"), lambda *parts: at("securityContext", *parts)),
        labels=labels,
        annotations=texts(about.get("annotations")),
        origin=origin,
        location=each.at("metadata", "name"),
    )


def _service(each: Object) -> Service:
    spec = mapping(each.content.get("spec"))
    name, namespace = _name(each)
    ports = []
    for _, said in entries(spec.get("ports")):
        number = whole(said.get("port"))
        if number is not None:
            target = said.get("targetPort", number)
            led = whole(target)
            ports.append(
                ServicePort(number, led if led is not None else text(target) or number, text(said.get("name")))
            )
    return Service(
        name,
        namespace,
        texts(spec.get("selector")),
        tuple(ports),
        external=spec.get("type") == "ExternalName",
        location=each.at("metadata", "name"),
    )


def _config(each: Object) -> ConfigObject:
    content, kind = each.content, each.content.get("kind")
    name, namespace = _name(each)
    place = each.at("metadata", "name")
    if kind in _SECRET_MAKERS:
        target = text(mapping(mapping(content.get("spec")).get("target")).get("name"))
        return ConfigObject("Secret", target or name, namespace, None, location=place)
    parts = [mapping(content.get(part)) for part in ("data", "stringData", "binaryData")]
    return ConfigObject(
        "Secret" if kind == "Secret" else "ConfigMap",
        name,
        namespace,
        frozenset(str(key) for part in parts for key in part),
        texts(content.get("data")) if kind == "ConfigMap" else {},  # what a Secret holds is not kept
        content.get("immutable") is True,
        place,
    )


def _name(each: Object) -> tuple[str, str | None]:
    metadata = mapping(each.content.get("metadata"))
    return text(metadata.get("name")) or "", text(metadata.get("namespace"))
