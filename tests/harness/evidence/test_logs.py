"""The end of a workload's log since a scenario began, whatever is in the file."""

import os

import pytest

from harness.evidence import log_window
from harness.evidence.logs import log_size


@pytest.fixture
def log(tmp_path):
    return tmp_path / "polaris.log"


def test_only_what_was_written_since_counts(log):
    log.write_text("old 1\nold 2\n")
    since = log_size(log)
    with log.open("a") as file:
        file.write("new 1\nnew 2\nnew 3\n")
    assert log_window(log, since) == ["new 1", "new 2", "new 3"]
    assert log_window(log, since, lines=2) == ["new 2", "new 3"]
    assert log_window(log, since, lines=0) == []
    assert log_window(log, log_size(log)) == []


def test_a_line_that_was_half_written_when_the_scenario_began_is_told_from_there(log):
    log.write_text("old\nhalf a ")
    since = log_size(log)
    with log.open("a") as file:
        file.write("line\nnext\n")
    assert log_window(log, since) == ["line", "next"]


def test_a_log_that_was_begun_anew_counts_from_its_start(log):
    log.write_text("a much longer log than the one that follows\n" * 10)
    since = log_size(log)
    log.write_text("started again\n")
    assert log_window(log, since) == ["started again"]


def test_a_missing_log_or_a_folder_has_no_lines(log, tmp_path):
    assert log_window(log) == []
    assert log_size(log) == 0
    assert log_window(tmp_path) == []


def test_only_the_end_of_a_huge_log_is_read(log):
    with log.open("wb") as file:
        file.truncate(5 * 2**30)  # a sparse file of 5 GiB
        file.seek(0, os.SEEK_END)
        file.write(b"\nthe end\n")
    assert log_window(log, lines=1) == ["the end"]


def test_of_a_log_that_is_cut_in_a_line_that_line_is_left_out(log):
    log.write_text("".join(f"line {number:07}\n" for number in range(20_000)))
    lines = log_window(log, lines=10**6)
    assert lines[-1] == "line 0019999"
    assert all(len(line) == len(lines[-1]) for line in lines)


def test_a_cut_between_two_lines_loses_none(log):
    log.write_bytes(b"x" * 15 + b"\n" + (b"0123456789abcde\n" * (64 * 1024 // 16)))
    assert len(log_window(log, lines=10**6)) == 64 * 1024 // 16


def test_bytes_that_are_no_text_and_colours_do_not_reach_the_terminal(log):
    log.write_bytes(b"\x1b[31mred\x1b[0m \xff\xfe \x00bell\x07 \x1b]0;title\x07done\tend\r\n")
    (line,) = log_window(log)
    assert line == "red \ufffd\ufffd bell done    end" or line.startswith("red \ufffd\ufffd bell done")
    assert line.isprintable()


def test_long_lines_are_cut(log):
    log.write_text("x" * 10_000 + "\n")
    (line,) = log_window(log)
    assert line == "x" * 300 + "…"
