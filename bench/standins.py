"""How fast the stand-ins are; `python -m bench.standins [--polaris-url URL …]` shows the real servers beside them.

Each figure stands beside its limit, and beside the real server's in the same run when one is given. A real Polaris'
credentials come by POLARIS_CLIENT_ID and POLARIS_CLIENT_SECRET; a real server should be empty.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from bench.rows import Row
from bench.stand import Bench
from tests.conformance.servers import Marquez, Polaris, PolarisApi, RealPolaris, StandIn, running_store

_REPEATS, _JOBS = 200, 10_000
_FACET = {"_producer": "https://example.invalid/bench", "_schemaURL": "https://example.invalid/facet.json"}
_IMPORTS = {
    "polaris": "from environments.local.standins.polaris import __main__",
    "marquez": "from environments.local.standins.marquez import __main__",
}


@dataclass(frozen=True)
class Figure:
    """One measurement; `limit` is what it may be at most, in `unit`."""

    name: str
    unit: str
    limit: float
    value: float
    real: float | None = None


def _median_ms(call: Callable[[], httpx.Response], repeats: int = _REPEATS) -> float:
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        call().raise_for_status()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def _ready(name: str, start: Callable[[], object]) -> float:
    """Return the seconds from the process's start to its first healthy answer, beyond those of its imports alone."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", _IMPORTS[name]], check=True)
    imports = time.perf_counter() - begun
    begun = time.perf_counter()
    start()
    return max(time.perf_counter() - begun - imports, 0.0)


def _megabytes(server: StandIn) -> float:
    assert server.process is not None
    return psutil.Process(server.process.pid).memory_info().rss / 1e6


def _load_table(server: PolarisApi) -> float:
    name = server.make_catalog(f"b{uuid.uuid4().hex[:8]}", stsUnavailable=True)
    fields = [{"id": number, "name": f"c{number}", "type": "long", "required": False} for number in range(1, 21)]
    table = {"name": "t", "schema": {"type": "struct", "schema-id": 0, "fields": fields}}
    with server.client() as http:
        http.post(f"/api/catalog/v1/{name}/namespaces", json={"namespace": ["n"]}).raise_for_status()
        http.post(f"/api/catalog/v1/{name}/namespaces/n/tables", json=table).raise_for_status()
        return _median_ms(lambda: http.get(f"/api/catalog/v1/{name}/namespaces/n/tables/t"))


def _event(namespace: str, number: int, inputs: list[str], outputs: list[str]) -> dict[str, object]:
    columns = [{"name": f"c{column}", "type": "long"} for column in range(5)]
    facets = {"schema": {**_FACET, "fields": columns}}
    sides = {"inputs": inputs, "outputs": outputs}
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-02-01T10:00:00Z",
        "producer": _FACET["_producer"],
        "run": {"runId": str(uuid.uuid4())},
        "job": {"namespace": namespace, "name": f"j{number}"},
        **{side: [{"namespace": namespace, "name": one, "facets": facets} for one in of] for side, of in sides.items()},
    }


def _lineage(base: str, jobs: int) -> tuple[float, float]:
    """Return the median of an event in ms, and the seconds of the graph of many jobs around its middle."""
    namespace = f"b{uuid.uuid4().hex[:8]}"
    with httpx.Client(base_url=f"{base}/api/v1", timeout=600, trust_env=False) as http:
        # A tree: each job reads what its parent wrote, so that 20 steps from the first reach all of them.
        events = (_event(namespace, n, [f"d{(n - 1) // 2}"] if n else [], [f"d{n}"]) for n in range(jobs))
        event = _median_ms(lambda: http.post("/lineage", json=next(events)), jobs)
        begun = time.perf_counter()
        answer = http.get("/lineage", params={"nodeId": f"job:{namespace}:j0", "depth": 20}).raise_for_status()
        took = time.perf_counter() - begun
        seen = sum(node["type"] == "JOB" for node in answer.json()["graph"])
        assert seen == jobs, f"the graph has {seen} jobs of {jobs}"
    return event, took


def _warm(base: str) -> None:
    with httpx.Client(base_url=f"{base}/api/v1", timeout=60, trust_env=False) as http:
        for number in range(_REPEATS):
            http.post("/lineage", json=_event("warm", number, [], [f"d{number}"])).raise_for_status()
        http.get("/lineage", params={"nodeId": "job:warm:j0"}).raise_for_status()


@contextmanager
def _started(server: StandIn) -> Iterator[StandIn]:
    try:
        yield server
    finally:
        if server.process is not None:
            server.stop()


def _figures(polaris_url: str | None, marquez_url: str | None, jobs: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, running_store(Path(folder)) as objects:
        catalog = Polaris(Path(folder), store=objects)
        with _started(catalog):
            yield Figure("Polaris: ready, beyond its imports", "s", 1.0, _ready("polaris", catalog.start))
            real = None
            if polaris_url:
                login = os.environ["POLARIS_CLIENT_ID"], os.environ["POLARIS_CLIENT_SECRET"]
                real = _load_table(RealPolaris(polaris_url.rstrip("/"), objects, login))
            yield Figure("Polaris: load a table, p50", "ms", 5.0, _load_table(catalog), real)
            yield Figure("Polaris: memory", "MB", 120.0, _megabytes(catalog))
        lineage = Marquez(Path(folder))
        with _started(lineage):
            yield Figure("Marquez: ready, beyond its imports", "s", 1.0, _ready("marquez", lineage.start))
            _warm(lineage.base)
            yield Figure("Marquez: memory", "MB", 120.0, _megabytes(lineage))
            event, graph = _lineage(lineage.base, jobs)
            real_event, real_graph = _lineage(marquez_url.rstrip("/"), jobs) if marquez_url else (None, None)
            yield Figure("Marquez: an event, p50", "ms", 10.0, event, real_event)
            yield Figure(f"Marquez: lineage of {jobs:,} jobs at depth 20", "s", 1.0, graph, real_graph)


def measure(_bench: Bench) -> list[Row]:
    """Measure stand-ins of the figure's own, each alone."""
    return [Row(one.name, one.value, one.unit, one.limit) for one in _figures(None, None, _JOBS)]


def main() -> int:
    """Print the figures; return 1 when one is beyond its limit."""
    parser = argparse.ArgumentParser(prog="python -m bench.standins", description=__doc__)
    parser.add_argument("--polaris-url")
    parser.add_argument("--marquez-url")
    parser.add_argument("--jobs", type=int, default=_JOBS, help=f"in the graph; default {_JOBS:,}")
    args = parser.parse_args()
    table = Table(
        "what", "stand-in", "limit", "of the limit", "real server", "of the real one", box=None, pad_edge=False
    )
    beyond = 0
    for figure in _figures(args.polaris_url, args.marquez_url, args.jobs):
        beyond += figure.value > figure.limit
        real = ("-", "-") if figure.real is None else (f"{figure.real:.2f}", f"{figure.value / figure.real:.2f}")
        shown = f"{figure.value:.2f} {figure.unit}", f"{figure.limit:g}", f"{figure.value / figure.limit:.2f}"
        table.add_row(figure.name, *shown, *real)
    Console(width=None if sys.stdout.isatty() else 130).print(table)
    return 1 if beyond else 0


if __name__ == "__main__":
    raise SystemExit(main())
