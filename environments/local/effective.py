"""The effective platform.yaml of a stack: the user's, with the endpoints that are in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from harness import stack as names
from harness.errors import Location, UsageError


def read_platform(file: Path) -> dict[str, Any]:
    """Read platform.yaml as a mapping that keeps its comments; raises UsageError with file and line."""
    try:
        content = YAML().load(file.read_text())
    except FileNotFoundError:
        raise UsageError("no such file", next_step="--platform FILE names it", location=Location(file)) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        raise UsageError("not YAML", actual=error.problem or error.context, location=place) from None
    except (UnicodeDecodeError, OSError) as error:
        raise UsageError("cannot be read", actual=str(error), location=Location(file)) from None
    if not isinstance(content, dict):
        raise UsageError("not a platform", expected="a mapping", actual=type(content).__name__, location=Location(file))
    return content


def endpoints_of(
    ports: Mapping[str, int],
    polaris_url: str | None = None,
    marquez_url: str | None = None,
    host: Callable[[str], str] = lambda workload: "127.0.0.1",
) -> dict[str, str]:
    """Return the base URL of every component; `host`: where a workload is found."""

    def at(name: str) -> str:
        return f"{host(name.split('.')[0])}:{ports[name]}"

    def http(name: str) -> str:
        return f"http://{at(name)}"

    found = {
        names.OBJECT_STORE: http("object-store.s3"),
        names.CATALOG: (polaris_url or http("polaris.http")).rstrip("/"),
        names.ORCHESTRATOR: http("dagster-webserver.http"),
        names.SEMANTIC_LAYER: http("cube-api.http"),
        names.SEMANTIC_REFRESH: http("cube-refresh-worker.http"),
        names.TRACE_STORE: http("jaeger.query"),
        names.OTLP_HTTP: http("jaeger.otlp-http"),
        names.OTLP_GRPC: http("jaeger.otlp-grpc"),
        names.LINEAGE_STORE: (marquez_url or http("marquez.http")).rstrip("/"),
        names.DATABASE: f"postgresql://floe@{at('postgresql.sql')}/floe",
    }
    if not polaris_url:  # where a real server has its management port, its address does not tell
        found[names.CATALOG_HEALTH] = http("polaris.management")
    return found


def write_effective(platform: dict[str, Any], endpoints: Mapping[str, str], target: Path) -> None:
    """Write the platform with this stack's endpoints; everything else stays as it was written."""
    for storage in platform.get("storage", {}).values():
        storage["endpoint"] = endpoints[names.OBJECT_STORE]
    for catalog in platform.get("catalogs", {}).values():
        catalog["uri"] = f"{endpoints[names.CATALOG]}/api/catalog"
    observability = platform.get("observability", {})
    observability["otlp_endpoint"] = endpoints[names.OTLP_HTTP]
    observability["lineage_endpoint"] = f"{endpoints[names.LINEAGE_STORE]}/api/v1/lineage"
    network = platform.get("infrastructure", {}).get("network", {})
    for key, name in (
        ("orchestrator", names.ORCHESTRATOR),
        ("semantic_layer", names.SEMANTIC_LAYER),
        ("trace_store", names.TRACE_STORE),
        ("database", names.DATABASE),
    ):
        if key in network:
            network[key] = endpoints[name]
    with target.open("w") as file:
        YAML().dump(platform, file)
