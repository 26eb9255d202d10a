"""Columns of the dbt project: those that a model reads, writes and tests are there, by DuckDB's own word."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts.breach import Breach
from harness.contracts.load.project import Project, has_declared_dbt
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.errors import Location
from harness.platform.problem import did_you_mean
from harness.systems.dbt_files import Model
from harness.systems.sql_binding import Bound, Unbound

_REQUIRES = ("transform.project-readable", "transform.references-resolve")


@contract(
    "transform.columns-exist",
    stage=Stage.LOAD,
    promise="Every column that a model reads is declared of the table that it reads.",
    requires=_REQUIRES,
    mend="correct the column's name in the model, or in expectations.yaml",
    takes=Target.CODE,
    applies=has_declared_dbt,
)
def columns_exist(project: Project) -> Facts:
    breaches, read = [], 0
    for model in _models(project):
        bound = bound_model(project, model)
        read += bound is not None
        if isinstance(bound, Unbound):
            breaches.append(
                Breach(
                    f"model {model.name!r} reads the {bound.what} {bound.name!r}, which is not there",
                    expected=f"a declared {bound.what}",
                    actual=bound.name,
                    evidence=f"DuckDB says: {bound.said}",
                    subject=model.name,
                    location=_line_of(model, bound),
                )
            )
    raise_all(breaches)
    return {"models": read}


@contract(
    "transform.columns-declared",
    stage=Stage.LOAD,
    promise="A model gives the declared columns, in order, with the declared types.",
    requires=(*_REQUIRES, "transform.columns-exist"),
    mend="correct the model's select list, or the declared columns",
    takes=Target.CODE,
    applies=has_declared_dbt,
)
def columns_declared(project: Project) -> Facts:
    assert project.expectations is not None
    breaches, read = [], 0
    for model in _models(project):
        bound, declared = bound_model(project, model), project.expectations.tables.get(model.name)
        if not isinstance(bound, Bound) or declared is None:
            continue
        read += 1
        wanted = {name: kind.replace(" ", "") for name, kind in declared.columns.items()}
        # Where Iceberg has no type for what DuckDB says, the writer decides.
        given = {name: (kind or wanted.get(name, "?")).replace(" ", "") for name, kind in bound.columns.items()}
        if list(wanted.items()) != list(given.items()):
            breaches.append(
                Breach(
                    f"model {model.name!r} does not give the declared columns",
                    expected=_told(wanted),
                    actual=_told(given),
                    evidence="\n".join(_difference(wanted, given)) or "their order differs",
                    subject=model.name,
                    location=model.place(),
                )
            )
    raise_all(breaches)
    return {"models": read}


@contract(
    "transform.tests-name-columns",
    stage=Stage.LOAD,
    promise="Every column that a test names is a column of its model.",
    requires=_REQUIRES,
    mend="correct the column's name in the YAML file",
    takes=Target.CODE,
    applies=has_declared_dbt,
)
def tests_name_columns(project: Project) -> Facts:
    raise_all(list(_untested(project)))
    return {"columns": len(project.dbt_project.columns) if project.dbt_project else 0}


def _untested(project: Project) -> Iterator[Breach]:
    assert project.dbt_project is not None
    models = {model.name: model for model in project.dbt_project.models}
    for column in project.dbt_project.columns:
        asked = [(column.model, column.name)] if column.tested and not column.reference else []
        if column.reference and column.reference[1]:
            asked.append((column.reference[0], column.reference[1]))
        for model, name in asked:
            there = _columns_of(project, models.get(model))
            if there is not None and name.lower() not in {one.lower() for one in there}:
                yield Breach(
                    f"a test names the column {name!r} of {model!r}, which has none{did_you_mean(name, there)}",
                    expected=", ".join(there),
                    actual=name,
                    subject=f"{model}/{name}",
                    location=column.place,
                )


def _columns_of(project: Project, model: Model | None) -> list[str] | None:
    """Return the columns of a model: as its SQL gives them, else as they are declared, else None."""
    if model is None:
        return None
    bound = bound_model(project, model)
    if isinstance(bound, Bound):
        return list(bound.columns)
    declared = project.expectations.tables.get(model.name) if project.expectations else None
    return list(declared.columns) if declared else None


def _models(project: Project) -> Iterator[Model]:
    assert project.dbt_project is not None
    yield from (model for model in project.dbt_project.models if model.template and model.kind == "model")


def bound_model(project: Project, model: Model) -> Bound | Unbound | None:
    """Return what DuckDB says of a model's query over the declared tables; None where nothing can be told."""
    query = model.template.sql(lambda reference: project.in_lake(reference.name)) if model.template else None
    return project.binder.bind(query) if query is not None and project.binder else None


def _line_of(model: Model, unbound: Unbound) -> Location:
    return model.place(unbound.line)


def _told(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def _difference(wanted: dict[str, str], given: dict[str, str]) -> Iterator[str]:
    yield from (f"missing: {name} {kind}" for name, kind in wanted.items() if given.get(name) != kind)
    yield from (f"extra: {name} {kind}" for name, kind in given.items() if wanted.get(name) != kind)
