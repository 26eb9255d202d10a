"""The trace store: Jaeger v2 with spans in memory, every receiver bound to 127.0.0.1."""

from __future__ import annotations

import json
from collections.abc import Callable

from environments.local.plan import Plan
from environments.local.process import ProcessSpec, Ready
from environments.local.workloads.asking import asking
from harness.stack import OTLP_HTTP, TRACE_STORE


def spec(plan: Plan) -> ProcessSpec:
    """Return the process of the trace store."""
    folder = plan.work_folder("jaeger")
    port = {name.removeprefix("jaeger."): p for name, p in plan.ports.items() if name.startswith("jaeger.")}
    file = folder / "jaeger.yaml"
    file.write_text(json.dumps(_config(port), indent=2))  # JSON is YAML
    return ProcessSpec(
        name="jaeger",
        component="trace-store",
        kind="real",
        version="Jaeger 1.76.0 (v2), without its web page",
        command=(str(plan.parts.jaeger), "--config", str(file)),
        env={"OTEL_TRACES_SAMPLER": "always_off"},  # of Jaeger itself, which would export to a port of its own choice
        cwd=folder,
        ports=port,
        ready=ready(plan),
    )


def ready(plan: Plan) -> Ready:
    """Return the check of the plan's trace store."""
    asked = _probe(plan.endpoints[TRACE_STORE], plan.endpoints[OTLP_HTTP])
    return Ready("the query API lists services, and an empty OTLP export is taken", asked)


def _config(port: dict[str, int]) -> dict[str, object]:
    """Return Jaeger v2's configuration (an OpenTelemetry Collector's, with its storage and query extensions)."""

    def at(name: str) -> str:
        return f"127.0.0.1:{port[name]}"

    return {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}},
            "telemetry": {"metrics": {"level": "none"}},
        },
        "extensions": {
            "healthcheckv2": {"use_v2": True, "http": {"endpoint": at("health")}},
            "jaeger_storage": {"backends": {"memory": {"memory": {"max_traces": 100_000}}}},
            "jaeger_query": {
                "storage": {"traces": "memory"},
                "http": {"endpoint": at("query")},
                "grpc": {"endpoint": at("query-grpc")},
            },
        },
        "receivers": {
            "otlp": {"protocols": {"http": {"endpoint": at("otlp-http")}, "grpc": {"endpoint": at("otlp-grpc")}}}
        },
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "memory"}},
    }


def _probe(query: str, otlp: str) -> Callable[[], str | None]:
    def check() -> str | None:
        with asking(timeout=5) as http:
            listed = http.get(f"{query}/api/services")
            if listed.status_code != 200:
                return f"GET /api/services answered {listed.status_code}"
            export = http.post(f"{otlp}/v1/traces", json={"resourceSpans": []})
        return None if export.status_code == 200 else f"POST /v1/traces answered {export.status_code}"

    return check
