"""`python -m bench` says what it can measure, and refuses what it cannot."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import FIGURES
from bench.rows import Row

PROJECT = Path(__file__).parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)


def test_every_figure_is_listed():
    done = bench("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_measured(name):
    assert callable(importlib.import_module(f"bench.{name}").measure)


def test_a_figure_that_is_not_known_is_refused_with_those_that_are():
    done = bench("standup", "sped")
    assert done.returncode == 2
    assert "sped" in done.stderr
    assert "standup" in done.stderr


def test_an_aim_is_the_most_that_a_figure_may_be():
    assert Row("x", 2.0, "s", 2.0).held
    assert Row("x", 2.1, "s", 2.0).held is False
    assert Row("x", 2.0, "s").held is None
