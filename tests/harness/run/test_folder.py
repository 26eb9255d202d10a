"""The results folder: half-written until its end, and any edit after it is noticed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.run import ResultsError, Run, begin, complete, find_results, read_results
from tests.harness.signoff.conftest import failed, run


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    write(folder)
    return folder


def write(folder):
    begin(folder, run(complete=False))
    (folder / "failures").mkdir()
    (folder / "failures" / "one.html").write_text("<p>why")
    (folder / "allure").mkdir()
    (folder / "allure" / "a-result.json").write_bytes(b"\xff{}")
    complete(folder, run(failed()))


def test_it_reads_back_as_it_was_written(whole):
    results = read_results(whole)
    assert results.problems == ()
    assert results.run == run(failed())


def test_a_run_that_was_killed_stays_half_written(tmp_path):
    begin(tmp_path, run(complete=False))
    assert "half-written" in read_results(tmp_path).problems[0]


@given(data=st.data())
def test_any_byte_that_changes_is_noticed(whole, data):
    files = [path for path in whole.rglob("*") if path.is_file()]
    file = data.draw(st.sampled_from(sorted(files)))
    before = file.read_bytes()
    place = data.draw(st.integers(0, len(before) - 1))
    other = data.draw(st.integers(1, 255))
    try:
        file.write_bytes(before[:place] + bytes([before[place] ^ other]) + before[place + 1 :])
        assert _is_refused(whole)
    finally:
        file.write_bytes(before)


@given(data=st.data())
def test_any_cut_is_noticed(whole, data):
    file = data.draw(st.sampled_from(sorted(path for path in whole.rglob("*") if path.is_file())))
    before = file.read_bytes()
    try:
        file.write_bytes(before[: data.draw(st.integers(0, len(before) - 1))])
        assert _is_refused(whole)
    finally:
        file.write_bytes(before)


def _is_refused(folder):
    try:
        return bool(read_results(folder).problems)
    except ResultsError:
        return True


@pytest.mark.parametrize("name", ["run.json", "digests.json", "failures/one.html", "allure/a-result.json"])
def test_a_file_that_is_gone_is_noticed(tmp_path, name):
    write(tmp_path)
    (tmp_path / name).unlink()
    assert _is_refused(tmp_path)


def test_a_file_that_was_added_is_noticed(tmp_path):
    write(tmp_path)
    (tmp_path / "failures" / "two.html").write_text("")
    assert read_results(tmp_path).problems == ("it was edited: 'failures/two.html' was added",)


def test_a_link_in_place_of_a_file_is_noticed(tmp_path):
    write(tmp_path / "one")
    file = tmp_path / "one" / "failures" / "one.html"
    file.rename(tmp_path / "same.html")
    file.symlink_to(tmp_path / "same.html")
    assert "failures/one.html" in read_results(tmp_path / "one").problems[0]


def test_what_is_made_of_the_record_is_no_part_of_it(tmp_path):
    write(tmp_path)
    (tmp_path / "allure-report").mkdir()
    (tmp_path / "allure-report" / "index.html").write_text("")
    assert read_results(tmp_path).problems == ()


def test_the_next_run_takes_the_place_of_the_last(tmp_path):
    write(tmp_path)
    begin(tmp_path, run(id="b" * 32, complete=False))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json"]


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "failures").mkdir()
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ResultsError, match="not a results folder"):
        begin(tmp_path, run())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["failures", "thesis.txt"]


def test_folders_below_are_found_and_those_within_a_record_are_not(tmp_path):
    for name in ("b/2", "a/1"):
        write(tmp_path / name)
    (tmp_path / "a" / "1" / "failures" / "deep").mkdir()
    (tmp_path / "a" / "1" / "failures" / "deep" / "run.json").write_text("{}")
    assert find_results([tmp_path, tmp_path / "a" / "1"]) == [tmp_path / "a" / "1", tmp_path / "b" / "2"]


def test_the_schema_in_the_docs_is_current():
    from pathlib import Path

    written = json.loads((Path(__file__).parents[3] / "docs" / "run.schema.json").read_text())
    assert written == Run.model_json_schema(mode="serialization")
