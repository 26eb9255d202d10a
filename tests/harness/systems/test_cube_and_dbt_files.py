"""A Cube model is read with care: no text is too strange, and what is not understood is not told."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.systems.cube_files import read_cube
from harness.systems.dbt_files import Template, read_dbt

PIECES = st.lists(
    st.sampled_from(
        [
            "cube(",
            "`a`",
            "'b'",
            ", ",
            "{",
            "}",
            "[",
            "]",
            ")",
            "(",
            "sql: ",
            "measures: ",
            "`${x}`",
            "`${`${y}`}`",
            "=>",
            "?",
            ":",
            "//c\n",
            "/*",
            "*/",
            "...x",
            "joins: ",
            "pre_aggregations: ",
            "CUBE.x",
            "\n",
            "`",
            "'",
            '"',
            "\\",
            "${",
            "view(",
        ]
    ),
    max_size=40,
).map("".join)


@given(st.one_of(st.text(), PIECES), st.sampled_from(["a.js", "a.yml"]))
@settings(deadline=None, max_examples=300)
def test_no_text_makes_a_traceback(text, name):
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(text.encode(errors="surrogatepass"))
        read_cube(Path(folder))


@given(
    st.one_of(st.text(), PIECES), st.sampled_from(["dbt_project.yml", "models/a.yml", "models/a.sql", "profiles.yml"])
)
@settings(deadline=None, max_examples=200)
def test_no_text_of_a_dbt_project_makes_a_traceback(text, name):
    with TemporaryDirectory() as folder:
        (Path(folder) / "models").mkdir()
        (Path(folder) / name).write_bytes(text.encode(errors="surrogatepass"))
        read_dbt(Path(folder))
        Template(text).references()
        Template(text).sql(lambda reference: reference.name)


def test_a_model_is_told_with_its_lines(tmp_path):
    (tmp_path / "a.js").write_text(
        "// cube(`no`, {})\nconst x = `${'}'}`;\ncube('one', {\n  sqlTable: `a.${ns}.b`,\n  measures: {\n"
        "    count: { type: `count` },\n    sum: { sql: `${CUBE}.x`, filters: [{ sql: `y > 1` }] },\n  },\n"
        "  preAggregations: on ? { main: { measures: (CUBE) => [CUBE.sum], timeDimension: CUBE.at } } : {},\n});\n"
    )
    model = read_cube(tmp_path)
    (cube,) = model.cubes.values()
    assert (cube.name, cube.place.line, cube.sql_table.line) == ("one", 3, 4)
    assert {name: (member.place.line, len(member.sql)) for name, member in cube.members.items()} == {
        "count": (6, 0),
        "sum": (7, 2),
    }
    assert [path.code for path in cube.rollups] == ["CUBE.sum", "CUBE.at"]
    assert model.whole
