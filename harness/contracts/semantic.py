"""Stage semantic: Cube knows its cubes, its answers are right and fresh, and it refuses what it should."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness.contracts import cases
from harness.contracts.breach import Breach, Breaches, NotEvaluated
from harness.contracts.compare import all_there, same_names, same_rows
from harness.contracts.init import ONE_LEVEL
from harness.contracts.probe import Probe
from harness.contracts.registry import Case, Facts, Stage, contract
from harness.errors import WaitTimeout
from harness.expectations import Question, in_lake
from harness.systems.http import UnexpectedAnswer, answer
from harness.systems.lake import named

ANSWER_LIMIT = 60.0  # seconds for an answer
ROLLUP_LIMIT = 60.0  # seconds that the worker may take to notice new data and to build


@contract(
    "semantic.cubes-listed",
    stage=Stage.SEMANTIC,
    promise="The semantic layer lists exactly the declared cubes, with their members.",
    requires=("semantic-layer.answers",),
    mend="look at the compile error: harness logs cube-api",
)
def semantic_cubes_listed(probe: Probe) -> Facts:
    wanted, listed = probe.expectations.semantic.cubes, probe.cube.meta()
    same_names("cubes", wanted, listed)
    for cube, members in wanted.items():
        all_there(f"members of {cube}", {f"{cube}.{member}" for member in members}, listed[cube])
    return {"cubes": sorted(listed)}


@contract(
    "semantic.questions-answered",
    stage=Stage.SEMANTIC,
    promise="The semantic layer answers every declared question.",
    requires=("semantic.cubes-listed", "transform.run-succeeds"),
    mend="look at the query's error: harness logs cube-api",
)
def semantic_questions_answered(probe: Probe) -> Facts:
    return probe.result("semantic")


@contract(
    "semantic.cubes-answer",
    stage=Stage.SEMANTIC,
    promise="Each cube answers a question over the lake.",
    requires=("semantic.cubes-listed", "transform.files-there"),
    mend="look at the query's error: harness logs cube-api",
)
def semantic_cubes_answer(probe: Probe) -> Facts:
    silent = {cube: error for cube in probe.expectations.semantic.cubes if (error := _why_silent(probe, cube))}
    if silent and len(silent) == len(probe.expectations.semantic.cubes):
        raise Breach("no question over the lake is answered", expected="rows", actual=next(iter(silent.values())))
    if silent:
        raise Breaches(
            [
                Breach(f"no question of cube {cube} is answered", expected="rows", actual=error, subject=cube)
                for cube, error in silent.items()
            ]
        )
    return {"cubes": sorted(probe.expectations.semantic.cubes)}


def _why_silent(probe: Probe, cube: str) -> str | None:
    """Return why no question of a cube is answered; None when one is, or when none is declared."""
    why = None
    for question in probe.expectations.semantic.questions.values():
        if cube in question.cubes:
            try:
                _load(probe, question)
            except UnexpectedAnswer as error:
                why = error.actual
            else:
                return None
    return why


def _each_question(probe: Probe) -> Iterator[Case]:
    for title, question in probe.expectations.semantic.questions.items():
        # What Cube reads, and what the independent query reads.
        read = dict.fromkeys([*question.tables, *(name for name in probe.expectations.tables if name in question.sql)])
        tables = (cases.table_subject(probe, table) for table in read)
        yield Case(title, {"question": title}, of=(*tables, *sorted(question.cubes)))


@contract(
    "semantic.answer-right",
    stage=Stage.SEMANTIC,
    promise="The answer to a question equals what an independent query over the tables gives.",
    requires=("semantic.cubes-answer", "bronze.columns", "transform.columns", "transform.content"),
    mend="compare the measure's definition with the expectations' SQL; check that Cube reads the catalog's endpoint",
    each=_each_question,
)
def semantic_answer_right(probe: Probe, question: str) -> Facts:
    rows = answer_holds(probe, question, probe.expectations.question(question), probe.namespaces)
    return {"rows": rows}


@contract(
    "semantic.no-token-refused",
    stage=Stage.SEMANTIC,
    promise="A query without a token, or with one that another secret has signed, is refused with 403.",
    requires=("semantic-layer.answers",),
    mend="set CUBEJS_API_SECRET, and switch development mode off",
)
def semantic_no_token_refused(probe: Probe) -> Facts:
    from harness.systems.cube import signed

    query = next(iter(probe.expectations.semantic.questions.values())).query
    for what, token in (("no token", ""), ("a forged token", signed("another secret, as long as it has to be"))):
        status = probe.cube.post(query, token=token).status_code
        if status != 403:
            raise Breach(f"a query with {what} was not refused", expected="403", actual=str(status))
    return {"status": 403}


@contract(
    "semantic.bad-query-refused",
    stage=Stage.SEMANTIC,
    promise="A query that names what is not there is refused with 400.",
    requires=("semantic.cubes-listed",),
    mend="none: Cube itself refuses it; look at what stands before it",
)
def semantic_bad_query_refused(probe: Probe) -> Facts:
    response = probe.cube.post(probe.expectations.semantic.refused)
    if response.status_code != 400:
        raise Breach(
            "a bad query was not refused", expected="400", actual=f"{response.status_code} {response.text[:300]}"
        )
    return {"error": response.json().get("error")}


def _each_change(probe: Probe) -> Iterator[Case]:
    for title, change in probe.expectations.semantic.changes.items():
        namespace = probe.own_name()
        yield Case(title, {"change": title, "namespace": namespace}, of=(change.question, ONE_LEVEL))


@contract(
    "semantic.answer-fresh",
    stage=Stage.SEMANTIC,
    promise="After new data the answer is the new one, not a cached one.",
    requires=("semantic.answer-right", "catalog.namespaces-work"),
    mend="give the cube a refresh key that follows the data, and do not keep a table's metadata over queries",
    each=_each_change,
    writes=True,
)
def semantic_answer_fresh(probe: Probe, change: str, namespace: str) -> Facts:
    """Copy the tables of a question to `namespace`, ask, change the data there, and ask again.

    The namespace is made, and dropped again.
    """
    probe.needs(ANSWER_LIMIT)
    try:
        return _answer_fresh(probe, change, namespace)
    finally:
        probe.catalog.drop_namespace_with_tables(namespace)


def _answer_fresh(probe: Probe, change: str, namespace: str) -> Facts:
    wanted = probe.expectations.change(change)
    question = probe.expectations.question(wanted.question)
    layers = {probe.expectations.table(table).layer for table in question.tables}
    own = {**probe.namespaces, **dict.fromkeys(layers, namespace)}
    answer(probe.catalog.create_namespace(namespace))
    for table in question.tables:
        layer = probe.expectations.table(table).layer
        probe.lake.copy_table((probe.namespaces[layer], table), (namespace, table))
    claim = dict.fromkeys(layers, namespace)
    before = _ask(probe, question, claim)
    answer_holds(probe, wanted.question, question, own, claim)
    probe.lake.ask(in_lake(wanted.sql, own))
    if same(before, _expected(probe, question, own)):
        raise LookupError(f"the change {change!r} does not change the answer, so it proves nothing")
    rows = answer_holds(probe, wanted.question, question, own, claim)
    return {"namespace": namespace, "rows": rows}


@contract(
    "semantic.rollup-refreshed",
    stage=Stage.SEMANTIC,
    promise="The refresh worker keeps a rollup whose rows are what the tables say now.",
    # The worker's own namespace has no place of its own: it lies in the bucket of the catalog's first layer.
    requires=("refresh-worker.answers", "semantic.cubes-answer", "bronze.files-there", "transform.content"),
    mend="look why the worker does not build: harness logs cube-refresh-worker",
)
def semantic_rollup_refreshed(probe: Probe) -> Facts:
    rollup = probe.expectations.semantic.rollup
    expected = probe.lake.rows(rollup.columns, f"({in_lake(rollup.sql, probe.namespaces)})")
    if not expected:
        raise NotEvaluated("the SQL of the rollup gives no row, so it proves nothing")

    def fresh() -> str:
        there = probe.catalog.tables(rollup.namespace)
        names = [str(row["name"]) for row in answer(there)["identifiers"]] if there.status_code == 200 else []
        versions = [name for name in names if name.startswith(rollup.prefix)]
        if not versions:
            raise Breach("there is no rollup", expected=f"{rollup.namespace}.{rollup.prefix}…", actual=str(names))
        for name in versions:
            if same(expected, _rows_of(probe, rollup.columns, named("lake", rollup.namespace, name))):
                return name
        raise Breach(
            "no version of the rollup holds what the tables say",
            expected=f"{len(expected)} rows, computed from the tables",
            actual=f"others, in {', '.join(versions)}",
        )

    return {"rollup": probe.eventually(fresh, ROLLUP_LIMIT, after="transform"), "rows": len(expected)}


def _rows_of(probe: Probe, columns: Sequence[str], table: str) -> list[tuple[Any, ...]]:
    """Return a table's rows, none when it is gone: the worker drops old versions when it has made a new one."""
    import duckdb

    try:
        return probe.lake.rows(columns, table)
    except duckdb.Error:
        return []


def answer_holds(
    probe: Probe,
    title: str,
    question: Question,
    namespaces: Mapping[str, str],
    claim: Mapping[str, str] | None = None,
) -> int:
    """Raise Breach when the answer to a question is not what its SQL gives; return the number of rows.

    `namespaces`: layer -> namespace that the SQL reads; `claim`: the same for the request, where it is not the
    platform's own.
    """
    expected = _expected(probe, question, namespaces)
    if not expected:
        raise NotEvaluated(f"the SQL of {title!r} gives no row, so it proves nothing")
    same_rows(f"the answer to {title!r}", expected, _ask(probe, question, claim))
    return len(expected)


def same(one: Sequence[Sequence[Any]], other: Sequence[Sequence[Any]]) -> bool:
    """Return whether two answers hold the same rows."""
    try:
        same_rows("answer", one, other)
    except Breach:
        return False
    return True


def members(query: Mapping[str, Any]) -> list[str]:
    """Return the columns of a query's answer: measures, dimensions, and time dimensions by their granularity."""
    times = [
        f"{time['dimension']}.{time['granularity']}"
        for time in query.get("timeDimensions", ())
        if "granularity" in time
    ]
    return [*query.get("measures", ()), *query.get("dimensions", ()), *times]


def as_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> list[list[Any]]:
    """Return the rows of an answer as lists in the order of the columns."""
    return [[row[column] for column in columns] for row in rows]


def _ask(probe: Probe, question: Question, claim: Mapping[str, str] | None) -> list[list[Any]]:
    return as_rows(_load(probe, question, claim), members(question.query))


def _load(probe: Probe, question: Question, claim: Mapping[str, str] | None = None) -> list[Mapping[str, Any]]:
    """Return the rows of an answer; raises NotEvaluated when it is later than there is patience for."""
    try:
        return probe.cube.load(question.query, layers=claim, limit=probe.within(ANSWER_LIMIT))
    except WaitTimeout:
        probe.needs(ANSWER_LIMIT)
        raise


def _expected(probe: Probe, question: Question, namespaces: Mapping[str, str]) -> list[tuple[Any, ...]]:
    return probe.lake.rows(members(question.query), f"({in_lake(question.sql, namespaces)})")
