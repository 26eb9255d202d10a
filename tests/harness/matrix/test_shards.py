"""Shards: together they are everything, each once, the same whatever the order, and about as long as each other."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.matrix.shards import Shard, durations_of, in_shard, read_durations, read_shard
from tests.harness.signoff.conftest import run, scenario

PROJECT = Path(__file__).parents[3]
NAMES = st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=40)
COUNTS = st.integers(1, 8)


def parts(names, count, seconds):
    return [in_shard(names, Shard(index, count), seconds) for index in range(1, count + 1)]


@given(NAMES, COUNTS, st.dictionaries(st.text(min_size=1, max_size=5), st.floats(0, 1e6)))
def test_together_they_are_everything_each_once(names, count, seconds):
    found = [name for part in parts(names, count, seconds) for name in part]
    assert sorted(found) == sorted(names)


@given(NAMES, COUNTS, st.randoms())
def test_the_order_does_not_matter(names, count, chance):
    other = list(names)
    chance.shuffle(other)
    assert parts(names, count, {}) == parts(other, count, {})


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.floats(0.1, 100), min_size=1, max_size=40), COUNTS)
def test_the_longest_part_is_within_4_thirds_of_the_best(seconds, count):
    longest = max(sum(seconds[name] for name in part) for part in parts(seconds, count, seconds))
    best = max(sum(seconds.values()) / count, *seconds.values(), 0)
    values = sorted(seconds.values(), reverse=True)
    if len(values) > count:  # two of the longest must share a part
        best = max(best, values[count - 1] + values[count])
    assert longest <= best * (4 / 3) + 1e-6


@pytest.mark.parametrize("written", ["", "0/1", "2/1", "1", "1/", "a/b", "1/0", "-1/2", "1/2/3", "1/99999"])
def test_what_is_no_shard_is_refused(written):
    with pytest.raises(ValueError, match="I/N"):
        read_shard(written)


def test_durations_are_the_longest_of_all_runs(tmp_path):
    told = durations_of([run(scenario(seconds=1)), run(scenario(seconds=3))])
    assert told == {scenario().scenario: 3}
    (tmp_path / "durations.json").write_text(json.dumps(told))
    assert read_durations(tmp_path / "durations.json") == told


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": -1}', b'{"a": NaN}', b"\xff", b'{"a": "x"}'])
def test_durations_that_are_of_no_use_only_do_not_balance(tmp_path, content):
    (tmp_path / "durations.json").write_bytes(content)
    assert read_durations(tmp_path / "durations.json") == {}
    assert read_durations(tmp_path / "none.json") == {}


def collected(*arguments):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only", "-q", "features/"]
    done = subprocess.run([*command, *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    return done, [line for line in done.stdout.splitlines() if "::" in line]


def test_the_shards_of_the_features_are_all_of_them_each_once():
    _, every = collected()
    found = [name for index in (1, 2, 3) for name in collected(f"--shard={index}/3")[1]]
    assert sorted(found) == sorted(every)


def test_a_wrong_shard_is_told(tmp_path):
    done, _ = collected("--shard=3/2")
    assert done.returncode == 4
    assert "--shard is I/N" in done.stderr
