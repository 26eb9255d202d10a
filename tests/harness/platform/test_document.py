"""A platform.yaml from anywhere is read safely: bounded, without foreign types, and without a traceback."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.platform import PlatformErrors, load_platform

DEMO = Path(__file__).parents[3] / "demo" / "platform.yaml"


def refusal(file: Path, content: bytes) -> PlatformErrors:
    file.write_bytes(content)
    with pytest.raises(PlatformErrors) as told:
        load_platform(file)
    return told.value


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("layers: [", "not YAML", 1),
        ("version: a\n\tb: c\n", "not YAML", 2),
        ("a: 1\n---\nb: 2\n", "another document", 2),
        ("a: *nowhere\n", "undefined alias", 1),
        ("a: 1\nwhen: 2026-13-99\n", "a value is no timestamp", 2),
        ("a: \x00\n", "not allowed in YAML", None),
        ("- a\n- b\n", "not a platform", 1),
        ("just words\n", "not a platform", 1),
        ("", "not a platform", 1),
        ("# only a comment\n", "not a platform", 1),
        ("version: '1.2.0'\nlayers: {}\nversion: '1.2.0'\n", "the key 'version' is written twice, first in line 1", 3),
        ("security:\n  a: {b: 1, b: 2}\n", "the key 'b' is written twice", 2),
        ("? [a, b]\n: 1\n", "a key is a mapping or a list", 1),
        ("security:\n  : 1\n", "a key is no text", 2),
        ("true: 1\n", "a key is no text: 'true'", 1),
        ("a: !!python/object/apply:os.system [id]\n", "the tag", 1),
        ("a: !secret x\n", "the tag '!secret' is not known", 1),
        ("a: !!binary aGk=\n", "the tag 'binary' is not known", 1),
        ('a: "\\ud800"\n', "surrogate", 1),
        ("a: &a [*a]\n", "an alias of what it stands in", 1),
        (BOMB, "too large with its aliases written out", 1),
        ("[" * 20_000, "nested too deeply", None),
        ("a: {" * 20_000, "nested too deeply", None),
        ("#" * 300_000, "too large", None),
    ],
)
def test_what_is_no_platform_file_is_refused_with_its_line(tmp_path, text, words, line):
    error = refusal(tmp_path / "platform.yaml", text.encode())
    assert words in str(error)
    assert error.problems[0].location.line == line
    assert error.unreadable
    assert error.exit_code == 2


def test_bytes_that_are_not_utf_8_are_told_with_their_line(tmp_path):
    error = refusal(tmp_path / "platform.yaml", b"version: a\nowner: J\xfcrgen\n")
    assert "not UTF-8" in str(error)
    assert "0xfc" in str(error)
    assert error.problems[0].location.line == 2
    assert "not UTF-8" in str(refusal(tmp_path / "platform.yaml", DEMO.read_text().encode("utf-16")))


def test_all_keys_that_are_written_twice_are_told(tmp_path):
    error = refusal(tmp_path / "platform.yaml", b"a: {x: 1, x: 2}\nb: 1\nb: 2\n")
    assert [problem.location.line for problem in error.problems] == [1, 3]


def test_a_file_that_is_missing_or_a_folder_is_told(tmp_path):
    for file in (tmp_path / "nowhere.yaml", tmp_path):
        with pytest.raises(PlatformErrors) as told:
            load_platform(file)
        assert str(file) in str(told.value)
        assert told.value.unreadable


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    file = tmp_path / "platform.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + DEMO.read_bytes().replace(b"\n", b"\r\n"))
    assert load_platform(file) == load_platform(DEMO)


@given(st.one_of(st.binary(max_size=200), st.text("abc:-[]{}&*!<>|?'\"\n #%@`\\0", max_size=80).map(str.encode)))
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_refused_in_words(tmp_path_factory, content):
    assert refusal(tmp_path_factory.getbasetemp() / "any.yaml", content).problems


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_the_demo_with_a_piece_cut_out_is_read_or_refused_in_words(tmp_path_factory, data):
    content = DEMO.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 60)))
    put = data.draw(st.sampled_from([b"", b": ", b"\n", b"- ", b"&a ", b"*a", b"{", b"\xff", b"null", b"1", b"[]"]))
    file = tmp_path_factory.getbasetemp() / "cut.yaml"
    file.write_bytes(content[:start] + put + content[end:])
    with contextlib.suppress(PlatformErrors):
        load_platform(file)
