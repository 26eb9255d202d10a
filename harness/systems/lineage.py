"""The lineage store's client: Marquez' API (https://marquezproject.ai/docs/api), and OpenLineage events in."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from harness.systems.http import MakeClient, answer, plain_client

PRODUCER = "https://github.com/floe-harness/floe-harness"
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
Edge = tuple[str, str]


def run_id_of(orchestrator_run: str, asset: str) -> str:
    """Return the OpenLineage run id of an asset in an orchestrator's run: a run id belongs to one job in Marquez."""
    return str(uuid.uuid5(uuid.UUID(orchestrator_run), asset))


class Lineage:
    """Talks to one lineage store; `url` is its base, `/api/v1` is below it."""

    def __init__(self, url: str, *, make_client: MakeClient = plain_client) -> None:
        self._http = make_client(f"{url.rstrip('/')}/api/v1")

    def _get(self, *path: str, **params: Any) -> Any:
        return answer(self._http.get("/" + "/".join(quote(part, safe="") for part in path), params=params))

    def namespaces(self) -> list[str]:
        """Return the names of the namespaces."""
        return sorted(row["name"] for row in self._get("namespaces", limit=1000)["namespaces"])

    def jobs(self, namespace: str) -> list[str]:
        """Return the names of a namespace's jobs."""
        return sorted(row["name"] for row in self._get("namespaces", namespace, "jobs", limit=1000)["jobs"])

    def job(self, namespace: str, name: str) -> dict[str, Any]:
        """Return one job, with its latest run."""
        found: dict[str, Any] = self._get("namespaces", namespace, "jobs", name)
        return found

    def runs(self, namespace: str, job: str) -> list[dict[str, Any]]:
        """Return the runs of a job, newest first."""
        found: list[dict[str, Any]] = self._get("namespaces", namespace, "jobs", job, "runs", limit=1000)["runs"]
        return found

    def run(self, run_id: str) -> dict[str, Any] | None:
        """Return one run, or None when the store does not know it."""
        found: dict[str, Any] | None = answer(self._http.get(f"/jobs/runs/{run_id}"), 200, 404)
        return found if found and found.get("id") else None

    def dataset(self, namespace: str, name: str) -> dict[str, Any]:
        """Return one dataset, with its fields."""
        found: dict[str, Any] = self._get("namespaces", namespace, "datasets", name)
        return found

    def graph(self, node: str, depth: int = 20) -> list[dict[str, Any]]:
        """Return the nodes around one (`job:<namespace>:<name>` or `dataset:<namespace>:<name>`)."""
        found: list[dict[str, Any]] = self._get("lineage", nodeId=node, depth=depth)["graph"]
        return found

    def events(self, after: datetime, before: datetime, limit: int = 200) -> list[dict[str, Any]]:
        """Return the OpenLineage events of a span of time as they came, oldest first; the last `limit` of them."""
        found: list[dict[str, Any]] = self._get(
            "events", "lineage", after=after.isoformat(), before=before.isoformat(), limit=limit
        )["events"]
        return found[::-1]

    def post(self, event: Mapping[str, Any]) -> None:
        """Send an OpenLineage event; raises UnexpectedAnswer when it is not taken."""
        answer(self._http.post("/lineage", json=dict(event)), 200, 201)


def edges(graph: Iterable[Mapping[str, Any]]) -> set[Edge]:
    """Return the edges of a lineage graph as pairs of node ids, in the data's direction."""
    found: set[Edge] = set()
    for node in graph:
        for edge in (*node["inEdges"], *node["outEdges"]):
            found.add((edge["origin"], edge["destination"]))
    return found


def upstream(edges_: Iterable[Edge], node: str) -> set[Edge]:
    """Return the edges that lead to a node, however far away they start."""
    by_target: dict[str, set[str]] = {}
    for origin, target in edges_:
        by_target.setdefault(target, set()).add(origin)
    found: set[Edge] = set()
    open_ends = [node]
    while open_ends:
        target = open_ends.pop()
        for origin in by_target.get(target, ()):
            if (origin, target) not in found:
                found.add((origin, target))
                open_ends.append(origin)
    return found


def run_event(kind: str, *, run_id: str, namespace: str, job: str) -> dict[str, Any]:
    """Return a minimal OpenLineage run event of now; `kind` is START, COMPLETE, …"""
    return {
        "eventType": kind,
        "eventTime": datetime.now(UTC).isoformat(),
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
        "run": {"runId": run_id},
        "job": {"namespace": namespace, "name": job},
        "inputs": [],
        "outputs": [],
    }
