"""The lineage graph around a node: jobs and datasets in turn, both ways, to a depth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from environments.local.standins.marquez import answers
from environments.local.standins.marquez.reading_events import Refused
from environments.local.standins.marquez.tables import datasets, jobs, runs

Edge = tuple[str, str]
_OF_DETAIL = frozenset({"latestRuns", "facets", "currentVersion", "labels", "columnLineage", "deleted"})


def job_node(namespace: str, name: str) -> str:
    """Return a job's node id."""
    return f"job:{namespace}:{name}"


def dataset_node(namespace: str, name: str) -> str:
    """Return a dataset's node id."""
    return f"dataset:{namespace}:{name}"


def lineage(connection: Connection, node: str | None, depth: int) -> dict[str, Any]:
    """Return the graph around a node; raises Refused for one that is absent (400), malformed or unknown (404)."""
    if node is None:
        raise Refused(400, {"errors": ["query param nodeId must not be null"]})
    if node.split(":", 1)[0] not in ("job", "dataset") or node.count(":") < 2:
        raise Refused(404, {"code": 404, "message": f"Node '{node}' not found."})
    job_rows = {job_node(row.namespace, row.name): row for row in connection.execute(select(jobs))}
    edges = {edge for name, row in job_rows.items() for edge in _edges(name, row.inputs, row.outputs)}
    set_rows = {dataset_node(row.namespace, row.name): row for row in connection.execute(select(datasets))}
    if node not in job_rows and node not in set_rows:
        raise Refused(404, {"code": 404, "message": f"Node '{node}' not found."})
    reached = _around(node, edges, max(depth, 0))
    into, out_of = defaultdict(list), defaultdict(list)
    for origin, target in sorted(edges):
        if origin in reached and target in reached:
            out_of[origin].append({"origin": origin, "destination": target})
            into[target].append({"origin": origin, "destination": target})
    latest = [row.latest_run for name, row in job_rows.items() if name in reached]
    run_rows = {row.id: row for row in connection.execute(select(runs).where(runs.c.id.in_(latest)))}
    graph = []
    for name in sorted(reached):
        if name in job_rows:
            row = job_rows[name]
            shown = answers.job(row, [run_rows[row.latest_run]] if row.latest_run in run_rows else [])
            shown["currentRunUuid"] = row.latest_run
            kind = "JOB"
        elif name in set_rows:
            shown, kind = answers.dataset(set_rows[name]), "DATASET"
        else:
            continue
        data = {key: value for key, value in shown.items() if key not in _OF_DETAIL}
        graph.append({"id": name, "type": kind, "data": data, "inEdges": into[name], "outEdges": out_of[name]})
    return {"graph": graph}


def _edges(job: str, inputs: Iterable[list[str]], outputs: Iterable[list[str]]) -> Iterable[Edge]:
    for pair in inputs:
        yield dataset_node(*pair), job
    for pair in outputs:
        yield job, dataset_node(*pair)


def _around(node: str, edges: set[Edge], depth: int) -> set[str]:
    """Return the nodes within `depth` jobs of a node; a job always comes with its datasets."""
    beside: dict[str, set[str]] = defaultdict(set)
    for origin, target in edges:
        beside[origin].add(target)
        beside[target].add(origin)
    reached, rim = {node}, {node}
    if node.startswith("dataset:"):
        rim = beside[node] - reached
        reached |= rim
    for step in range(2 * depth + 1):
        rim = {n for r in rim for n in beside[r]} - reached
        if not rim or (step == 2 * depth and next(iter(rim)).startswith("job:")):
            break
        reached |= rim
    return reached
