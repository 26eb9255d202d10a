"""Column lineage: of which columns a dataset's columns were made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from environments.local.standins.marquez import problems
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.node_ids import NodeId, node_id
from environments.local.standins.marquez.tables import (
    ColumnEdge,
    Dataset,
    Field,
    Job,
    JobIO,
    Symlink,
    VersionField,
)

Json = dict[str, Any]
_Pair = tuple[str, str]


def _latest(session: Session, *where: Any) -> dict[_Pair, ColumnEdge]:
    """Return the edge that was told last for each pair of columns."""
    rows = session.scalars(select(ColumnEdge).where(*where).order_by(ColumnEdge.updated))
    return {(row.output_field, row.input_field): row for row in rows}


def _names(session: Session) -> Any:
    return (
        select(Field, Symlink)
        .join(Dataset, Dataset.id == Field.dataset)
        .join(Symlink, Symlink.dataset == Dataset.id)
        .where(~Dataset.hidden)
    )


def of_datasets(session: Session, ids: Sequence[str]) -> dict[str, list[Json]]:
    """Return what datasets' columns were made of, by dataset; a dataset without any is not in it."""
    output, source = aliased(Field), aliased(Field)
    rows = session.execute(
        select(ColumnEdge, output, source, Symlink)
        .join(output, output.id == ColumnEdge.output_field)
        .join(source, source.id == ColumnEdge.input_field)
        .join(Symlink, Symlink.dataset == source.dataset)
        .where(output.dataset.in_(ids))
        .order_by(ColumnEdge.updated)
    )
    latest = {(edge.output_field, edge.input_field, link.namespace, link.name): (edge, made, of, link)
              for edge, made, of, link in rows}  # fmt: skip
    grouped: dict[tuple[Any, ...], Json] = {}
    found: dict[str, list[Json]] = defaultdict(list)
    for edge, made, of, link in latest.values():
        how = {"transformationDescription": edge.description, "transformationType": edge.type}
        key = (made.id, edge.output_version, edge.description, edge.type, edge.created, edge.updated)
        if key not in grouped:
            grouped[key] = {"name": made.name, "inputFields": [], **how}
            found[made.dataset].append(grouped[key])
        source_column = {"namespace": link.namespace, "dataset": link.name, "field": of.name, **how}
        grouped[key]["inputFields"].append(source_column)
    return dict(found)


def graph(call: Call) -> Json:
    """Show the columns from which a node's columns were made, and on request those made of them."""
    depth = call.number("depth", 20)
    node = node_id(call.param("nodeId"))
    downstream = (call.param("withDownstream") or "").lower() == "true"
    start = _fields(call.session, node)
    if not start:
        raise problems.plain(404, "Could not find node")
    edges = _latest(call.session)
    near = _walk(set(edges), start, depth, downstream)
    named: dict[str, tuple[Field, Symlink]] = {}
    for field, link in call.session.execute(_names(call.session)):
        if field.id not in named or link.primary:
            named[field.id] = (field, link)
    return {"graph": _nodes([edge for pair, edge in edges.items() if pair in near], named)}


def _walk(edges: set[_Pair], start: set[str], depth: int, downstream: bool) -> set[_Pair]:
    found: set[_Pair] = set()
    layer = {pair for pair in edges if pair[0] in start}
    if downstream:
        layer |= {pair for pair in edges if pair[1] in start}
    for _ in range(max(depth, 1)):
        if not layer:
            break
        found |= layer
        outputs, sources = {output for output, _ in layer}, {source for _, source in layer}
        layer = {pair for pair in edges - found if pair[0] in sources or (downstream and pair[1] in outputs)}
    return found


def _fields(session: Session, node: NodeId) -> set[str]:
    """Return the ids of the columns that a node stands for; raises Problem (404)."""
    if node.type == "run":
        raise problems.failed()
    if node.type == "job":
        namespace, name = node.parts
        job = session.scalar(select(Job).filter_by(namespace=namespace, name=name, hidden=False))
        if job is None:
            raise problems.not_found("Job", name)
        written = select(JobIO.dataset).filter_by(version=job.current_version, side="outputs")
        return set(session.scalars(select(Field.id).where(Field.dataset.in_(written))))
    if node.version is not None:
        linked = select(Field.id).join(VersionField, VersionField.field == Field.id).filter_by(version=node.version)
        return set(session.scalars(linked))
    ours = _names(session).where(Symlink.namespace == node.parts[0], Symlink.name == node.parts[1])
    rows = session.execute(ours).all()
    if session.get(Symlink, node.parts[:2]) is None:
        raise problems.not_found("Dataset", node.parts[1])
    return {field.id for field, _ in rows if node.type == "dataset" or field.name == node.parts[2]}


def _nodes(edges: list[ColumnEdge], named: dict[str, tuple[Field, Symlink]]) -> list[Json]:
    nodes: dict[str, Json] = {}

    def node(id_: str, version: str) -> Json:
        field, link = named[id_]
        here = f"datasetField:{link.namespace}:{link.name}:{field.name}"
        data: Json = {"namespace": link.namespace, "dataset": link.name, "datasetVersion": version, "field": field.name,
                "fieldType": field.type, "transformationDescription": None, "transformationType": None,
                "inputFields": []}  # fmt: skip
        return nodes.setdefault(
            here, {"id": here, "type": "DATASET_FIELD", "data": data, "inEdges": [], "outEdges": []}
        )

    for edge in edges:
        if edge.output_field not in named or edge.input_field not in named:
            continue
        made, source = node(edge.output_field, edge.output_version), node(edge.input_field, edge.input_version)
        how = {"transformationDescription": edge.description, "transformationType": edge.type}
        made["data"] |= how
        field, link = named[edge.input_field]
        made["data"]["inputFields"].append(
            {"namespace": link.namespace, "dataset": link.name, "datasetVersion": edge.input_version,
             "field": field.name, **how}
        )  # fmt: skip
        made["inEdges"].append({"origin": made["id"], "destination": source["id"]})
        source["outEdges"].append({"origin": source["id"], "destination": made["id"]})
    return [nodes[id_] for id_ in sorted(nodes)]
