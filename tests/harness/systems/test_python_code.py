"""Python code is read as far as it proves what its names stand for; no text is too strange."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.contracts.load import Project, evaluate_load
from harness.systems.python_code import UNKNOWN, is_open, read_code


@pytest.fixture
def names(tmp_path):
    """Return what the names of a module stand for."""

    def names(text, **others):
        for name, other in others.items():
            (tmp_path / f"{name}.py").write_text(other)
        (tmp_path / "it.py").write_text(text)
        code = read_code(tmp_path)
        assert not code.unreadable
        return next(module for module in code.modules if module.name == "it").scope.names

    return names


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x = {'a', 'b'} | {'c'}", {"a", "b", "c"}),
        ("x = ['a'] + ['b', *('c',)]", ["a", "b", "c"]),
        ("x = {**{'a': 1}, 'b': 2}", {"a": 1, "b": 2}),
        ("x = dict(a=1) | {'b': 2}", {"a": 1, "b": 2}),
        ("x = [f'{a}_{b}' for a in ('x', 'y') for b in (1, 2) if a == a]", None),
        ("x = [f'{a}_{b}' for a in ('x', 'y') for b in (1, 2)]", ["x_1", "x_2", "y_1", "y_2"]),
        ("x = {k: v for k, v in {'a': 1}.items()}", {"a": 1}),
        ("def f(a, b='c'):\n    return a + b\nx = f('a')", "ac"),
        ("def f(*a, **k):\n    return [*a, *k]\nx = f('a', b=1)", ["a", "b"]),
        ("x = []\nfor a in ('p', 'q'):\n    x.append(a)", ["p", "q"]),
        ("x = 'a' if True else 'b'", "a"),
        ("x = {}\nx['a'] = 1\nx.update({'b': 2})", {"a": 1, "b": 2}),
        ("a, (x, c) = 1, ('b', 3)", "b"),
        ("x = ' a,b '.strip().split(',')", ["a", "b"]),
        ("x = sorted({'b', 'a'})", ["a", "b"]),
        ("try:\n    import nothing\nexcept ImportError:\n    pass\nx = 'a'", "a"),
    ],
)
def test_what_the_code_proves_is_told(names, text, value):
    assert value is None or names(text)["x"] == value


@pytest.mark.parametrize(
    "text",
    [
        "import os\nx = os.environ['A']",
        "import os\nif os.environ:\n    x = 'a'\nelse:\n    x = 'b'",
        "x = ['a']\nimport os\nif os.environ:\n    x.append('b')",
        "x = {'a': 1}\nimport os\nx.update(os.environ)",
        "x = {'a': 1}\nx.pop('a')",
        "x = {'a'}\ndef f():\n    x.add('b')\nf()\nf.g()\nx.discard('a')",
        "def f(n):\n    return f(n)\nx = f(1)",
        "x = undefined",
        "def f():\n    yield 1\nx = f()",
        "x = 'a' * 10 ** 9",
        "x = ['a']\n" + "x = x + x\n" * 40,
        "while True:\n    x = 1\nx = [x, y]",
        "x = lambda: 1",
    ],
)
def test_what_the_code_does_not_prove_is_not_told(names, text):
    value = names(text)["x"]
    assert is_open(value) or not isinstance(value, str | list | dict | set)


def test_names_of_other_files_are_followed_also_in_circles(names):
    found = names("from a import A\nimport b\nx = A + b.B", a="import b\nA = ['a']\n", b="import a\nB = ['b']\n")
    assert found["x"] == ["a", "b"]


def test_a_file_that_is_no_python_is_told_with_its_line(tmp_path):
    (tmp_path / "it.py").write_text("x = 1\ny = = 2\n")
    (problem,) = read_code(tmp_path).unreadable
    assert (problem.location.file.name, problem.location.line) == ("it.py", 2)


def test_reading_runs_nothing(tmp_path):
    (tmp_path / "it.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nx = __import__('os').system('true')\n")
    code = read_code(tmp_path)
    assert code.modules[0].scope.names["x"] is UNKNOWN
    assert not (tmp_path / "ran").exists()


# Pieces of Python that fit together in many wrong ways, and any text at all.
PIECES = st.lists(
    st.sampled_from(
        [
            "@dg.asset",
            "(required_resource_keys=",
            "{'a'}",
            ")",
            "\n",
            "def f(context, a, *b, **c):",
            "    ",
            "return ",
            "f",
            "context.resources",
            ".a",
            "import dagster as dg\n",
            "x = ",
            "[x for x in y]",
            "f(",
            "class C(C):",
            "lambda: ",
            "asset_run(",
            "**k",
            "*a",
            "for x in f: ",
            "if x: ",
            "dg.Definitions(assets=[f], resources=x)",
            "x.append(x)",
            "def f(a, a): ",
            "def asset_run(self, a, a): pass\n",
            "from . import *\n",
            "from .... import x\n",
            "async ",
            "try: ",
            "dg.ScheduleDefinition(cron_schedule='x', job_name=",
            "@dg.sensor(job=f)\n",
            "dg.define_asset_job(",
            "match x: ",
        ]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(st.text(), PIECES, st.binary()))
@settings(deadline=None, max_examples=200)
def test_no_text_makes_a_traceback(text):
    with TemporaryDirectory() as folder:
        content = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
        (Path(folder) / "it.py").write_bytes(content)
        evaluate_load(Project(dagster=Path(folder)))


@pytest.mark.parametrize(
    "text", ["(" * 5000, "x = " + "[" * 500 + "]" * 500, "x = " + "-" * 5000 + "1", "\x00", "x" * 2**21]
)
def test_no_depth_and_no_size_makes_a_traceback(tmp_path, text):
    (tmp_path / "it.py").write_text(text)
    evaluate_load(Project(dagster=tmp_path))


def test_what_lies_beside_a_package_is_not_read(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "package" / "it.py").write_text("import beside\nfrom package.other import X\nx = X\ny = beside.Y\n")
    (tmp_path / "package" / "other.py").write_text("X = 'x'\n")
    (tmp_path / "beside.py").write_text("this is no Python")
    code = read_code(tmp_path / "package")
    names = next(module for module in code.modules if module.name == "package.it").scope.names
    assert names["x"] == "x"
    assert [module.name for module in code.everything] == ["package", "package.it", "package.other"]
    assert not code.unreadable
