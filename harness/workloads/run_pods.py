"""The pods that Dagster starts for its runs: no manifest has them, two settings describe them.

The instance's dagster.yaml says it for all runs (`run_launcher.config`), and a code location's container context
(`DAGSTER_CLI_API_GRPC_CONTAINER_CONTEXT`, which its Helm chart sets) for that location's runs, on top.
https://docs.dagster.io/deployment/oss/deployment-options/kubernetes/customizing-your-deployment
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.errors import Location
from harness.workloads import pods
from harness.workloads.documents import parse
from harness.workloads.model import ConfigObject, Container, Objects, Variable, Workload
from harness.workloads.shapes import mapping, text

FILE = "dagster.yaml"
_CONTEXT = re.compile(r"DAGSTER_\w*CONTAINER_CONTEXT")
# Mappings whose keys are the user's own, and stay as they are written.
_OWN_KEYS = frozenset({"labels", "annotations", "nodeSelector", "matchLabels", "limits", "requests"})


def run_pods(objects: Objects) -> Iterator[Workload]:
    """Yield the pods of runs: one for each code location with a container context, else one for each launcher."""
    launchers = [(config, found) for config in objects.configs if (found := _launcher(config)) is not None]
    locations = [found for workload in objects.workloads for found in _contexts(workload)]
    for workload, variable, context in locations:
        config = mapping(launchers[0][1]) if launchers else {}
        image = next((c.image for c in workload.main if c.image), None)
        yield _pod(f"{workload.name}/run-pod", workload, _merged(config, context), variable.location, image)
    if not locations:
        for instance, said in launchers:
            yield _pod(f"{instance.name}/run-pod", instance, said, instance.location, None)


def _launcher(config: ConfigObject) -> Mapping[str, Any] | None:
    """Return the configuration of a launcher that starts pods, None where there is none."""
    if FILE not in config.texts:
        return None
    launcher = mapping(mapping(parse(config.texts[FILE])).get("run_launcher"))
    named = "k8s" in f"{launcher.get('module')} {launcher.get('class')}".lower()
    said = mapping(launcher.get("config"))
    return said if named or "run_k8s_config" in said else None


def _contexts(workload: Workload) -> Iterator[tuple[Workload, Variable, Mapping[str, Any]]]:
    for container in workload.main:
        for variable in container.variables:
            if _CONTEXT.fullmatch(variable.name) and variable.value:
                try:
                    said = mapping(mapping(json.loads(variable.value)).get("k8s"))
                except (ValueError, RecursionError):
                    continue
                if said:
                    yield workload, variable, said


def _pod(
    name: str, of: Workload | ConfigObject, config: Mapping[str, Any], location: Location | None, image: str | None
) -> Workload:
    spec, template = _specification(config, image)

    def at(*parts: str | int) -> Any:
        return location

    containers: tuple[Container, ...] = pods.containers(spec, at)
    return Workload(
        name=name,
        kind="RunPod",
        namespace=of.namespace,
        component="orchestrator",
        containers=containers,
        volumes=pods.volumes(spec, at),
        identity=pods.identity(spec.get("securityContext"), at),
        labels={},
        annotations={str(k): str(v) for k, v in mapping(mapping(template).get("annotations")).items()},
        origin="run-pod",
        location=location,
    )


def _specification(config: Mapping[str, Any], image: str | None) -> tuple[dict[str, Any], Any]:
    """Return the pod that the launcher makes, as Kubernetes writes it, and its metadata."""
    run = mapping(config.get("run_k8s_config"))
    spec = dict(mapping(_camel(run.get("pod_spec_config"))))
    own = mapping(_camel(run.get("container_config")))
    named = [mapping(_camel(each)) for each in _list(spec.get("containers"))]
    main: dict[str, Any] = dict(named[0]) if named else {}
    main = dict(_merged(main, own))
    main["name"] = "dagster"
    main["image"] = text(main.get("image")) or text(config.get("job_image")) or text(config.get("image")) or image
    main["env"] = [
        *([{"name": "DAGSTER_HOME", "value": config["dagster_home"]}] if text(config.get("dagster_home")) else []),
        *(_plain_variable(each) for each in _list(config.get("env_vars"))),
        *_list(main.get("env")),
    ]
    main["envFrom"] = [
        *({"configMapRef": {"name": name}} for name in _list(config.get("env_config_maps"))),
        *({"secretRef": {"name": name}} for name in _list(config.get("env_secrets"))),
        *_list(main.get("envFrom")),
    ]
    main["volumeMounts"] = [*_list(_camel(config.get("volume_mounts"))), *_list(main.get("volumeMounts"))]
    if config.get("security_context") and "securityContext" not in main:
        main["securityContext"] = _camel(config["security_context"])
    if config.get("resources") and "resources" not in main:
        main["resources"] = config["resources"]
    spec["containers"] = [main, *named[1:]]
    spec["volumes"] = [*_list(_camel(config.get("volumes"))), *_list(spec.get("volumes"))]
    return spec, run.get("pod_template_spec_metadata")


def _plain_variable(said: Any) -> dict[str, Any]:
    """Return `NAME=value` as a variable; `NAME` alone is passed on from the launcher, so its value is not known."""
    name, equals, value = str(said).partition("=")
    return {"name": name, "value": value} if equals else {"name": name, "valueFrom": {"passedOn": True}}


def _merged(below: Any, above: Any) -> Mapping[str, Any]:
    """Return two settings as Dagster merges them: mappings key by key, lists one after the other."""
    result = dict(mapping(below))
    for key, value in mapping(above).items():
        there = result.get(key)
        if isinstance(there, Mapping) and isinstance(value, Mapping):
            result[key] = _merged(there, value)
        elif isinstance(there, list) and isinstance(value, list):
            result[key] = [*there, *value]
        else:
            result[key] = value
    return result


def _camel(value: Any, depth: int = 0) -> Any:
    """Return Kubernetes settings with the keys as Kubernetes writes them; Dagster takes `run_as_user` too."""
    if depth > 20:
        return None
    if isinstance(value, list):
        return [_camel(each, depth + 1) for each in value]
    if isinstance(value, Mapping):
        return {
            (name := _camel_key(str(key))): inner if name in _OWN_KEYS else _camel(inner, depth + 1)
            for key, inner in value.items()
        }
    return value


def _camel_key(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
