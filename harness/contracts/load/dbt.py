"""The dbt project's models: each once, called as declared, made from what is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from harness.contracts.breach import Breach
from harness.contracts.load.project import Project, has_dbt, has_declared_dbt
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.errors import Location
from harness.platform.problem import did_you_mean
from harness.systems.dbt_files import DbtProject

PROJECT_READABLE = ("transform.project-readable",)


@contract(
    "transform.project-readable",
    stage=Stage.LOAD,
    promise="Every YAML file of the dbt project can be read, dbt_project.yml among them.",
    mend="correct the file at the place that is named",
    takes=Target.CODE,
    applies=has_dbt,
)
def project_readable(project: Project) -> Facts:
    raise_all(
        [
            Breach(
                f"{problem.location.file.name} of the dbt project is not YAML",
                expected="YAML",
                actual=problem.why,
                subject=problem.location.file.name,
                location=problem.location,
            )
            for problem in _of(project).unreadable
        ]
    )
    return {"models": len(_of(project).models)}


@contract(
    "transform.models-unique",
    stage=Stage.LOAD,
    promise="No two models, seeds or snapshots of the dbt project have one name.",
    requires=PROJECT_READABLE,
    mend="rename one of the two files, or remove it",
    takes=Target.CODE,
    applies=has_dbt,
)
def models_unique(project: Project) -> Facts:
    found = defaultdict(list)
    for model in _of(project).models:
        if not (model.template and model.template.mentions("enabled")):
            found[model.name].append(model)
    raise_all(
        [
            Breach(
                f"two models are called {name!r}",
                expected="each name once",
                actual=", ".join(str(model.file) for model in models),
                evidence=f'dbt says: dbt found two models with the name "{name}"',
                subject=name,
                location=models[-1].place(),
            )
            for name, models in found.items()
            if len(models) > 1
        ]
    )
    return {"models": sorted(found)}


@contract(
    "transform.references-resolve",
    stage=Stage.LOAD,
    promise="Every ref and every source that a model names is in the dbt project.",
    requires=(*PROJECT_READABLE, "transform.sources-are-assets"),
    mend="correct the name in the model, or add the model or the source",
    takes=Target.CODE,
    applies=has_dbt,
)
def references_resolve(project: Project) -> Facts:
    dbt = _of(project)
    raise_all(list(_unresolved(dbt)) if not dbt.packages else [])
    return {"sources": sorted(source.name for source in dbt.sources)}


def _unresolved(dbt: DbtProject) -> Iterator[Breach]:
    models = {model.name for model in dbt.models} | dbt.versioned
    sources = {f"{source.source}.{source.name}" for source in dbt.sources}
    names = {"ref": models, "source": sources}
    for model in dbt.models:
        for reference in model.template.references() if model.template else ():
            said = f"{reference.owner}.{reference.name}" if reference.kind == "source" else reference.name
            other = reference.kind == "ref" and reference.owner not in (None, dbt.settings.get("name"))
            if said not in names[reference.kind] and not other:
                yield Breach(
                    f"model {model.name!r} names the {reference.kind} {said!r}, which is not there"
                    + did_you_mean(said, names[reference.kind]),
                    expected=", ".join(sorted(names[reference.kind])) or "none is declared",
                    actual=said,
                    evidence=f"dbt says: depends on a {'node' if reference.kind == 'ref' else 'source'} named "
                    f"'{said}' which was not found",
                    subject=model.name,
                    location=model.place(reference.line),
                )
    for column in dbt.columns:
        if column.reference and column.reference[0] not in models:
            yield Breach(
                f"a test of {column.model}.{column.name} names the model {column.reference[0]!r}, which is not there"
                + did_you_mean(column.reference[0], models),
                expected=", ".join(sorted(models)),
                actual=column.reference[0],
                subject=column.model,
                location=column.place,
            )


@contract(
    "transform.models-declared",
    stage=Stage.LOAD,
    promise="Every derived table that is declared has a model of its name, made from what is declared of it.",
    requires=("transform.project-readable", "transform.references-resolve"),
    mend="bring the model and expectations.yaml into agreement",
    takes=Target.CODE,
    applies=has_declared_dbt,
)
def models_declared(project: Project) -> Facts:
    raise_all(list(_otherwise(project)))
    return {"declared": sorted(project.expectations.derived if project.expectations else ())}


def _otherwise(project: Project) -> Iterator[Breach]:
    assert project.expectations is not None
    dbt = _of(project)
    models = {model.name: model for model in dbt.models}
    made_by_code = {asset.key for asset in project.loaded.assets} if project.dagster and project.loaded else set()
    for name, table in project.expectations.derived.items():
        model = models.get(name)
        if model is None and name not in made_by_code | dbt.versioned and not dbt.packages:
            yield Breach(
                f"the table {name!r} that is declared has no model{did_you_mean(name, models)}",
                expected=f"a model {name!r}",
                actual=f"there are: {', '.join(sorted(models)) or 'none'}",
                subject=name,
                location=Location(dbt.folder / "dbt_project.yml"),
            )
        elif model and model.template and model.template.tells_all:
            inputs = {reference.name for reference in model.template.references()}
            if inputs != set(table.inputs):
                yield Breach(
                    f"model {name!r} is not made from what is declared of it",
                    expected=", ".join(sorted(table.inputs)),
                    actual=", ".join(sorted(inputs)) or "nothing",
                    subject=name,
                    location=model.place(),
                )


@contract(
    "transform.sources-are-assets",
    stage=Stage.LOAD,
    promise="Every source of dbt that lies in a layer is a table that is declared, or an asset.",
    requires=PROJECT_READABLE,
    mend="correct the source's name or schema, or declare the raw table",
    takes=Target.CODE,
    applies=has_declared_dbt,
)
def sources_are_assets(project: Project) -> Facts:
    assert project.expectations is not None
    dbt, tables = _of(project), project.expectations.tables
    assets = {asset.key for asset in project.loaded.assets} if project.dagster and project.loaded else set()
    layers = {namespace: layer for layer, namespace in project.namespaces.items()}
    breaches = []
    for source in dbt.sources:
        schema, variable = dbt.text(source.schema)
        layer = variable if variable in project.namespaces else layers.get(str(schema))
        declared = tables.get(source.name)
        if layer and declared is None and source.name not in assets:
            breaches.append(
                Breach(
                    f"source {source.source}.{source.name} is no raw table{did_you_mean(source.name, tables)}",
                    expected=", ".join(project.expectations.raw),
                    actual=source.name,
                    subject=source.name,
                    location=source.place,
                )
            )
        elif layer and declared and layer != declared.layer:
            breaches.append(
                Breach(
                    f"source {source.source}.{source.name} lies in another layer than the raw table",
                    expected=declared.layer,
                    actual=layer,
                    subject=source.name,
                    location=source.place,
                )
            )
        elif (
            declared
            and schema is not None
            and not layer
            and variable is None
            and source.name in project.expectations.raw
        ):
            breaches.append(
                Breach(
                    f"source {source.source}.{source.name} is looked for in {schema!r}, which is no layer's namespace",
                    expected=project.namespaces.get(declared.layer),
                    actual=schema,
                    subject=source.name,
                    location=source.place,
                )
            )
    raise_all(breaches)
    return {"sources": [source.name for source in dbt.sources]}


@contract(
    "transform.schemas-are-namespaces",
    stage=Stage.LOAD,
    promise="Every model that is declared goes to the namespace of its layer.",
    requires=PROJECT_READABLE,
    mend="set +schema to the layer, and let generate_schema_name return its namespace without the target's name",
    takes=Target.CODE,
    applies=has_declared_dbt,
)
def schemas_are_namespaces(project: Project) -> Facts:
    assert project.expectations is not None
    dbt = _of(project)
    custom = "generate_schema_name" in dbt.macros
    targets = {str(output.get("schema", "main")) for _, output in dbt.outputs}
    target = next(iter(targets)) if len(targets) == 1 and "{" not in next(iter(targets)) else None
    breaches = []
    for model in dbt.models:
        declared = project.expectations.tables.get(model.name)
        if declared is None or not model.schema_told or declared.layer not in project.namespaces:
            continue
        wanted = project.namespaces[declared.layer]
        allowed = {declared.layer, wanted}
        if custom or dbt.packages:
            # What the project's own macro makes of a schema is not told; but another layer's name is surely wrong.
            others = {*project.namespaces, *project.namespaces.values()} - allowed
            wrong = model.schema if model.schema in others else None
        elif target is None:
            wrong = None
        else:
            wrong = target if model.schema is None else f"{target}_{model.schema}"
            wrong = None if wrong == wanted else wrong
        if wrong:
            breaches.append(
                Breach(
                    f"model {model.name!r} goes to {wrong!r}, not to its layer's namespace",
                    expected=f"{wanted!r} (layer {declared.layer})",
                    actual=wrong,
                    evidence=None
                    if custom
                    else "dbt writes <target's schema>_<+schema> where no macro generate_schema_name says otherwise",
                    subject=model.name,
                    location=model.place(),
                )
            )
    raise_all(breaches)
    return {"models": len(dbt.models)}


def _of(project: Project) -> DbtProject:
    assert project.dbt_project is not None
    return project.dbt_project
