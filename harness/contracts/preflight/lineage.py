"""Lineage: every event goes to platform.yaml's store, in its namespace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import TAKEN, Seen, each_variable, preflight, settled
from harness.contracts.preflight.telemetry import NAMESPACE, URL, is_observed
from harness.contracts.registry import Case
from harness.workloads import Deployment
from harness.workloads.addresses import address_of, place_of


@preflight(
    "lineage.url-is-base",
    promise="OPENLINEAGE_URL is a base URL: the client appends /api/v1/lineage itself.",
    requires=("config.keys-exist",),
    mend="write scheme, host and port alone; platform.yaml's lineage_endpoint has the full path",
    each=each_variable(URL),
)
def lineage_url_is_base(deployment: Deployment, seen: Seen) -> None:
    if not seen.text or "OPENLINEAGE_ENDPOINT" in deployment.variables(seen.workload, seen.container):
        return
    path = urlsplit(seen.text).path.rstrip("/") if "://" in seen.text else ""
    if "://" not in seen.text or path.startswith("/api/") or path.endswith("/api/v1/lineage"):
        base = seen.text.partition("/api/")[0] if path else f"http://{seen.text}"
        raise Breach(
            f"{URL} is no base URL",
            expected=base,
            actual=seen.text,
            evidence=f"the client would post to {seen.text.rstrip('/')}/api/v1/lineage" if path else None,
        )


@preflight(
    "lineage.url-matches",
    promise="OPENLINEAGE_URL is the base of platform.yaml's lineage_endpoint.",
    requires=("lineage.url-is-base", *TAKEN),
    mend="set it to platform.yaml's observability.lineage_endpoint without /api/v1/lineage",
    applies=settled(lambda platform: platform.observability.lineage_endpoint),
    each=each_variable(URL),
)
def lineage_url_matches(deployment: Deployment, seen: Seen) -> None:
    said = deployment.platform.observability.lineage_endpoint if deployment.platform else None
    wanted, there = address_of(said or ""), address_of(seen.text)
    if said is None or wanted is None or there is None or not is_observed(seen.workload, deployment):
        return
    namespace, known = seen.workload.namespace, deployment.namespaces
    if place_of(there, namespace, known) != place_of(wanted, namespace, known):
        raise Breach(
            f"{URL} points elsewhere than platform.yaml",
            expected=said.rstrip("/").removesuffix("/api/v1/lineage"),
            actual=seen.text,
        )


def _each_namespace(deployment: Deployment) -> Iterator[Case]:
    cases = [case for case in each_variable(NAMESPACE)(deployment) if case.params["seen"].text]
    wanted = _lineage_namespace(deployment, [case.params["seen"].text for case in cases])
    if wanted is not None:
        yield from (Case(case.subject, {**case.params, "wanted": wanted}, case.location) for case in cases)


def _lineage_namespace(deployment: Deployment, said: list[str]) -> str | None:
    """Return what platform.yaml says, else what most workloads say; None where neither tells."""
    platform = deployment.platform
    if platform and "lineage_namespace" in platform.observability.model_fields_set:
        return platform.lineage_namespace
    most = Counter(said).most_common(2)
    return most[0][0] if len(most) == 1 or (most and most[0][1] > most[1][1]) else None


@preflight(
    "lineage.namespace-matches",
    promise="OPENLINEAGE_NAMESPACE is the lineage namespace of platform.yaml, the same for all workloads.",
    requires=("config.keys-exist",),
    mend="set it to platform.yaml's observability.lineage_namespace",
    applies=settled(lambda platform: platform.lineage_namespace),
    each=_each_namespace,
)
def lineage_namespace_matches(deployment: Deployment, seen: Seen, wanted: str) -> None:
    if seen.text != wanted and is_observed(seen.workload, deployment):
        raise Breach(f"{NAMESPACE} is not the platform's", expected=wanted, actual=seen.text)
