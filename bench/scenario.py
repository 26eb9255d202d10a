"""One read-only scenario on a warm stack, from command to result, beyond the imports of its own libraries."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from statistics import median

from bench.command import Done, timed
from bench.machine import PROJECT
from bench.rows import Row
from bench.stand import ON_THE_STACK, Bench

_SCENARIO = "features/init_warehouse.feature::The warehouse exists"
_LIMIT = 2.0  # seconds

# Loaded as a plugin: writes down, in their order, the modules of libraries that the run has imported by its end.
_WITNESS = """
import pathlib, sys

def pytest_unconfigure(config):
    specs = [(name, getattr(module, "__spec__", None)) for name, module in sys.modules.items()]
    names = [name for name, spec in specs if "site-packages" in (getattr(spec, "origin", None) or "")]
    pathlib.Path("imported.txt").write_text("\\n".join(names))
"""
_IMPORT = """
import contextlib, importlib, pathlib
for name in pathlib.Path("imported.txt").read_text().split():
    with contextlib.suppress(Exception):
        importlib.import_module(name)
"""


def measure(bench: Bench) -> list[Row]:
    """Run the scenario and import its libraries alone by turns; the aim is for the difference."""
    bench.standing()
    (bench.folder / "witness.py").write_text(_WITNESS)
    (bench.folder / "imports.py").write_text(_IMPORT)
    env = {**bench.env, "PYTHONPATH": f"{bench.env['PYTHONPATH']}:{bench.folder}", "PYTEST_PLUGINS": "witness"}
    timed(bench.pytest(str(PROJECT / _SCENARIO), *ON_THE_STACK), bench.folder, env)
    whole, imports = [], []
    for _ in range(bench.runs):
        whole.append(bench.scenarios(_SCENARIO))
        imports.append(timed([sys.executable, "imports.py"], bench.folder, env))
    count = len((bench.folder / "imported.txt").read_text().split())
    cpu = median(a.cpu_seconds - b.cpu_seconds for a, b in zip(whole, imports, strict=True))
    beyond = [a.seconds - b.seconds for a, b in zip(whole, imports, strict=True)]
    return [
        _row("one read-only scenario, warm stack", whole),
        _row(f"the imports of its libraries alone, {count} modules", imports),
        Row("the scenario beyond its imports", median(beyond), "s", _LIMIT, f"{cpu:.2f} s CPU"),
    ]


def _row(figure: str, done: Sequence[Done]) -> Row:
    cpu = median(each.cpu_seconds for each in done)
    return Row(figure, median(each.seconds for each in done), "s", note=f"{cpu:.2f} s CPU")
