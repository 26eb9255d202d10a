"""Steps of stage preflight."""

from __future__ import annotations

import re

from pytest_bdd import parsers, then

from harness.diagnosis import Diagnosis

FACTS = {
    "platform.yaml can be read, and every key in it is known": ("platform.readable", "platform.well-formed"),
    "every layer is whole, and what it refers to is declared": (
        "platform.layers-whole",
        "platform.references-resolve",
    ),
    "every namespace is well formed, without the warehouse as a prefix": ("platform.namespaces-well-formed",),
    "secrets are referenced, never written out": ("platform.secrets-referenced",),
    "whatever is observed has an endpoint": ("platform.telemetry-has-endpoint",),
    "every config object and every key that a workload names exists": ("config.objects-exist", "config.keys-exist"),
    "the store's endpoint has the form that the semantic layer takes, host and port": (
        "semantic.s3-endpoint-is-host-port",
    ),
    "the store's endpoint is the one of platform.yaml": ("semantic.s3-endpoint-matches",),
    "the store's region is the one of platform.yaml": ("semantic.s3-region-matches",),
    "the store's URL style and encryption are those of platform.yaml": (
        "semantic.s3-url-style-matches",
        "semantic.s3-ssl-matches",
    ),
    "the catalog's role fits the store that it lends keys for": ("catalog.role-fits-store",),
    "keys are lent only where the store can lend them": ("platform.vending-possible",),
    "the catalog signs for the region of its store": ("storage.region-matches",),
    "a job makes the warehouse": ("catalog.init-job-there",),
    "every observed workload has the variables of its telemetry, and none is switched off": (
        "telemetry.variables-set",
        "telemetry.switched-on",
    ),
    "every component is observed under its own name": ("telemetry.service-name-matches",),
    "traces go to the receiver of platform.yaml, each by the protocol of its port": (
        "telemetry.otlp-endpoint-is-base",
        "telemetry.otlp-endpoint-matches",
        "telemetry.otlp-protocol-fits-port",
    ),
    "lineage goes to the lineage store of platform.yaml, by its base address": (
        "lineage.url-is-base",
        "lineage.url-matches",
    ),
    "lineage is told in the platform's own namespace": ("lineage.namespace-matches",),
    "no workload opens a port that its user may not open": ("container.ports-allowed",),
    "the orchestrator can write to its home": ("orchestrator.home-writable",),
}


@then(parsers.re(f"(?P<fact>{'|'.join(map(re.escape, FACTS))})"))
def configuration_holds(preflight: Diagnosis, fact: str) -> None:
    preflight.require(*FACTS[fact])
