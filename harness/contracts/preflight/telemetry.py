"""Telemetry: who is observed has all it needs to be, since a client without an endpoint is silent."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import (
    TAKEN,
    Seen,
    each_variable,
    platform_is_read,
    preflight,
    settled,
    variable_case,
)
from harness.contracts.preflight.roles import is_primary, runs_pipeline_code
from harness.contracts.registry import Case
from harness.workloads import Deployment, Workload, subject
from harness.workloads.addresses import address_of, place_of, service_at
from harness.workloads.variables import Effective, may_be_set_elsewhere

ENDPOINT, NAME = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SERVICE_NAME"
URL, NAMESPACE = "OPENLINEAGE_URL", "OPENLINEAGE_NAMESPACE"
_TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
# What says the same as a variable, for clients that are set up in another way.
_INSTEAD: Mapping[str, tuple[str, ...]] = {
    ENDPOINT: (
        _TRACES_ENDPOINT,
        "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
        "QUARKUS_OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ),
    NAME: ("OTEL_RESOURCE_ATTRIBUTES", "QUARKUS_OTEL_SERVICE_NAME", "QUARKUS_APPLICATION_NAME"),
    URL: ("OPENLINEAGE_CONFIG", "OPENLINEAGE__TRANSPORT__URL", "OPENLINEAGE__TRANSPORT"),
    NAMESPACE: ("OPENLINEAGE__NAMESPACE",),
}
# Those that emit lineage; the catalog is asked, and has none of its own.
_EMITS_LINEAGE = frozenset({"orchestrator", "transform", "semantic-layer"})
_PIPELINE = ("orchestrator", "semantic-layer")
_OFF: Mapping[str, frozenset[str]] = {
    "OTEL_SDK_DISABLED": frozenset({"true"}),
    "OTEL_TRACES_EXPORTER": frozenset({"none"}),
    "OPENLINEAGE_DISABLED": frozenset({"true"}),
    "QUARKUS_OTEL_SDK_DISABLED": frozenset({"true"}),
}
_SIGNAL = re.compile(r"/v1/(traces|metrics|logs)/?$")


def _observed(deployment: Deployment) -> Iterator[Workload]:
    """Yield the workloads that platform.yaml says are observed.

    Of an orchestrator these are the ones that run the pipeline's code, and others that are set up to be in part.
    """
    for component in _components(deployment):
        for workload in deployment.by_component.get(str(component), ()):
            whole = component != "orchestrator" or runs_pipeline_code(workload)
            if workload.long_running and (whole or any(_is_set(deployment, workload, name) for name in _INSTEAD)):
                yield workload


def is_observed(workload: Workload, deployment: Deployment) -> bool:
    """Return whether a workload is of a component that is observed."""
    return workload.component in _components(deployment)


def _components(deployment: Deployment) -> Collection[str | None]:
    """Return who is observed: the components that platform.yaml names, else those that a pipeline is made of."""
    if deployment.platform is None:
        return ()
    named = "services" in deployment.platform.observability.model_fields_set
    return tuple(deployment.platform.services) if named else _PIPELINE


def _is_set(deployment: Deployment, workload: Workload, name: str) -> bool:
    for container in workload.main:
        variables = deployment.variables(workload, container)
        for each in (name, *_INSTEAD[name]):
            found = variables.get(each)
            if found is not None and (found.value or not found.known):
                return True
    return False


def _each_observed(deployment: Deployment) -> Iterator[Case]:
    for workload in _observed(deployment):
        if not any(may_be_set_elsewhere(deployment, workload, container) for container in workload.main):
            first = workload.main[0] if workload.main else None
            yield Case(subject(workload), {"workload": workload}, first.location if first else workload.location)


@preflight(
    "telemetry.variables-set",
    promise="Every workload that platform.yaml says is observed has the variables of its telemetry.",
    requires=("config.keys-exist",),
    mend="set the missing variables to platform.yaml's endpoints: a client without them is silent",
    applies=platform_is_read,
    each=_each_observed,
)
def variables_set(deployment: Deployment, workload: Workload) -> None:
    platform = deployment.platform
    assert platform is not None
    wanted = [ENDPOINT, NAME] if platform.observability.traces else []
    if platform.observability.lineage and workload.component in _EMITS_LINEAGE:
        wanted += [URL, NAMESPACE]
    there = {name for name in wanted if _is_set(deployment, workload, name)}
    if workload.component == "orchestrator" and not runs_pipeline_code(workload):
        # Its webserver and daemon may be observed in part; half of a pair is none.
        wanted = [name for pair in ((ENDPOINT, NAME), (URL, NAMESPACE)) if there & set(pair) for name in pair]
    missing = [name for name in wanted if name not in there]
    if missing:
        raise Breach(
            f"{workload.name} is to be observed ({workload.component}), and cannot be",
            expected=", ".join(wanted),
            actual=f"not set: {', '.join(missing)}",
        )


@preflight(
    "telemetry.switched-on",
    promise="No workload that platform.yaml says is observed has its telemetry switched off.",
    requires=("config.keys-exist",),
    mend="remove the variable, or take the component out of platform.yaml's observability.services",
    applies=lambda deployment: (
        platform_is_read(deployment)
        or (None if deployment.platform.observability.traces else "platform.yaml switches traces off")
    ),
    each=each_variable(*_OFF, of=lambda workload: workload.long_running),
)
def switched_on(deployment: Deployment, seen: Seen) -> None:
    if is_observed(seen.workload, deployment) and seen.text.lower() in _OFF[seen.variable.name]:
        raise Breach(
            f"{seen.variable.name} switches off what platform.yaml says is observed",
            expected="not set",
            actual=seen.text,
        )


@preflight(
    "telemetry.otlp-endpoint-is-base",
    promise="The OTLP endpoint is a base URL with a scheme: exporters append the path of each signal.",
    requires=("config.keys-exist",),
    mend="write scheme, host and port alone, as in http://floe-infra-jaeger:4318",
    each=each_variable(ENDPOINT),
)
def otlp_endpoint_is_base(deployment: Deployment, seen: Seen) -> None:
    if seen.text and ("://" not in seen.text or _SIGNAL.search(seen.text)):
        base = _SIGNAL.sub("", seen.text if "://" in seen.text else f"http://{seen.text}")
        raise Breach(f"{ENDPOINT} is no base URL", expected=base, actual=seen.text)


@preflight(
    "telemetry.otlp-endpoint-matches",
    promise="The OTLP endpoint of a workload is the receiver of platform.yaml, by HTTP or by gRPC.",
    requires=("telemetry.otlp-endpoint-is-base", *TAKEN),
    mend="set it to platform.yaml's observability.otlp_endpoint",
    applies=settled(lambda platform: platform.observability.otlp_endpoint),
    each=each_variable(ENDPOINT, _TRACES_ENDPOINT),
)
def otlp_endpoint_matches(deployment: Deployment, seen: Seen) -> None:
    platform = deployment.platform
    wanted = address_of(platform.observability.otlp_endpoint or "") if platform else None
    there = address_of(seen.text)
    if wanted is None or there is None or not is_observed(seen.workload, deployment):
        return
    namespace, known = seen.workload.namespace, deployment.namespaces
    host, port = place_of(there, namespace, known)
    service = service_at(deployment, wanted.host, namespace)
    otlp = {p.number for p in service.ports if "otlp" in (p.name or "") or p.number in (4317, 4318)} if service else ()
    # The conventional ports of a host whose ports are not known.
    ports = {wanted.port, *(otlp or ((4317, 4318) if wanted.port in (4317, 4318) else ()))}
    if host != place_of(wanted, namespace, known)[0] or port not in ports:
        assert platform is not None
        raise Breach(
            f"{seen.variable.name} points elsewhere than platform.yaml",
            expected=platform.observability.otlp_endpoint,
            actual=seen.text,
        )


@preflight(
    "telemetry.otlp-protocol-fits-port",
    promise="OTLP goes to the gRPC port by gRPC, and to the HTTP port by HTTP.",
    requires=("telemetry.otlp-endpoint-matches",),
    mend="port 4317 with grpc, or port 4318 with http/protobuf",
    each=each_variable(ENDPOINT),
)
def otlp_protocol_fits_port(deployment: Deployment, seen: Seen) -> None:
    said = deployment.variables(seen.workload, seen.container).get("OTEL_EXPORTER_OTLP_PROTOCOL")
    address = address_of(seen.text)
    if said is None or not said.value or address is None:
        return
    service = service_at(deployment, address.host, seen.workload.namespace)
    name = next((p.name for p in service.ports if p.number == address.port), None) if service else None
    takes = "grpc" if address.port == 4317 or "grpc" in (name or "") else None
    takes = "http" if address.port == 4318 or "http" in (name or "") else takes
    if takes and takes not in said.value:
        raise Breach(
            f"port {address.port} takes {takes}, and the exporter speaks {said.value}",
            expected="grpc" if takes == "grpc" else "http/protobuf",
            actual=f"{said.value} to {seen.text}",
        )


def _each_name(deployment: Deployment) -> Iterator[Case]:
    for workload in _observed(deployment):
        if is_primary(deployment, workload):
            for container in workload.main:
                found: Effective | None = deployment.variables(workload, container).get(NAME)
                if found is not None and found.known and found.value:
                    yield variable_case(workload, container, found)


@preflight(
    "telemetry.service-name-matches",
    promise="A component is observed under the service name that platform.yaml gives it.",
    requires=("config.keys-exist",),
    mend="set OTEL_SERVICE_NAME to the component's name in platform.yaml's observability.services",
    applies=settled(lambda platform: tuple(platform.services.items())),
    each=_each_name,
)
def service_name_matches(deployment: Deployment, seen: Seen) -> None:
    wanted = deployment.platform.services.get(str(seen.workload.component)) if deployment.platform else None
    if wanted and seen.text != wanted:
        raise Breach(f"{NAME} is not the one of platform.yaml", expected=wanted, actual=seen.text)
