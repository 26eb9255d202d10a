"""What the harness adds to a scenario: the same feature with empty steps, by plain pytest-bdd and by the harness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from bench.command import timed
from bench.rows import Row
from bench.stand import ON_THE_STACK, Bench

_SCENARIOS = 300
_LIMIT = 2.0  # milliseconds
_STEPS = """
from pytest_bdd import given, then, when

@given("nothing")
@when("nothing happens")
@then("nothing is expected")
def nothing(): pass
"""
_PLAIN = "from pytest_bdd import scenarios\nscenarios('all.feature')\n"
_HARNESS = "from fixtures import pytest_plugins\n"
_SETTINGS = "[pytest]\naddopts = -p no:anyio\n"


def measure(bench: Bench) -> list[Row]:
    """Run one scenario and many, both ways by turns: what a scenario costs is the slope between them.

    In CPU time, for nothing here waits, and other work on the machine does not count.
    """
    bench.standing()
    plain = _project(bench.folder / "plain", {"test_all.py": _PLAIN, "conftest.py": _STEPS})
    harness = _project(bench.folder / "harness", {"conftest.py": _HARNESS + _STEPS})
    costs: dict[str, list[float]] = {"plain": [], "harness": []}
    for _ in range(bench.runs):
        costs["plain"].append(_milliseconds(bench, plain, "test_all.py", ("-p", "no:hypothesispytest")))
        costs["harness"].append(_milliseconds(bench, harness, "all.feature", ON_THE_STACK))
    differences = [a - b for a, b in zip(costs["harness"], costs["plain"], strict=True)]
    return [
        Row("a scenario of empty steps, plain pytest-bdd", median(costs["plain"]), "ms"),
        Row("the same by the harness", median(costs["harness"]), "ms"),
        Row("the harness's own cost per scenario", median(differences), "ms", _LIMIT, "the median of the differences"),
    ]


def _project(folder: Path, files: Mapping[str, str]) -> Path:
    for count in (1, _SCENARIOS):
        root = folder / str(count)
        root.mkdir(parents=True)
        for name, text in {**files, "all.feature": _feature(count), "pytest.ini": _SETTINGS}.items():
            (root / name).write_text(text)
    return folder


def _feature(count: int) -> str:
    steps = "    Given nothing\n    When nothing happens\n    Then nothing is expected\n"
    return "Feature: Nothing\n" + "".join(f"\n  Scenario: Nothing {number}\n{steps}" for number in range(count))


def _milliseconds(bench: Bench, folder: Path, file: str, options: Sequence[str]) -> float:
    seconds = []
    for count in (1, _SCENARIOS):
        command = bench.pytest(file, *options)
        seconds.append(timed(command, folder / str(count), bench.env).cpu_seconds)
    return 1000 * (seconds[1] - seconds[0]) / (_SCENARIOS - 1)
