"""The lineage graph around a job or dataset: which jobs share datasets with it, and with those, and so on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from environments.local.standins.marquez import datasets, problems, runs, times
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.datasets import Named
from environments.local.standins.marquez.node_ids import NodeId, node_id
from environments.local.standins.marquez.runs import chosen
from environments.local.standins.marquez.tables import Dataset, Job, JobIO, JobVersion, Run, Symlink

Json = dict[str, Any]
_Sides = dict[str, set[str]]


def graph(call: Call) -> Json:
    """Show the graph around a node, `depth` jobs far in both directions."""
    depth = call.number("depth", 20)
    node = node_id(call.param("nodeId"))
    if node.version is not None:
        raise problems.failed()
    start, alone = _start(call.session, node)
    found: list[Json] = []
    if start is not None:
        edges = _edges(call.session)
        near = walk({job: sides["inputs"] | sides["outputs"] for job, sides in edges.items()}, start, depth)
        found = _nodes(call.session, {job: edges.get(job) or _sides() for job in near})
    if alone is not None and alone["id"] not in [node["id"] for node in found]:  # its jobs are gone, or left it
        return {"graph": [alone]}
    return {"graph": found}


def walk(touched: dict[str, set[str]], start: str, depth: int) -> set[str]:
    """Return the jobs that are at most `depth` steps away; a step leads to a job that touches the same dataset."""
    by_dataset = defaultdict(set)
    for job, ids in touched.items():
        for dataset in ids:
            by_dataset[dataset].add(job)
    found, layer = {start}, {start}
    for _ in range(depth):
        layer = {job for here in layer for dataset in touched.get(here, ()) for job in by_dataset[dataset]} - found
        if not layer:
            break
        found |= layer
    return found


def _sides() -> _Sides:
    return {"inputs": set(), "outputs": set()}


def _edges(session: Session) -> dict[str, _Sides]:
    found: dict[str, _Sides] = defaultdict(_sides)
    for job, side, dataset in session.execute(select(JobIO.job, JobIO.side, JobIO.dataset).where(JobIO.current)):
        found[job][side].add(dataset)
    return found


def _start(session: Session, node: NodeId) -> tuple[str | None, Json | None]:
    """Return the id of the job from which to walk, and of a dataset the node that it has alone; raises Problem."""
    if node.type == "run":
        if session.get(Run, node.parts[0]) is None:
            raise problems.not_found("Run", node.parts[0])
    elif node.type == "job":
        namespace, name = node.parts
        job = session.scalar(select(Job.id).filter_by(namespace=namespace, name=name, hidden=False))
        if job is None:
            raise problems.not_found("Job", name)
        return job, None
    else:
        row = datasets.find(session, node.parts[0], node.parts[1])
        if node.type == "dataset":
            newest = (
                select(JobVersion.job)
                .join(JobIO, JobIO.version == JobVersion.id)
                .where(JobIO.dataset == row.dataset.id)
                .order_by(JobIO.side.desc(), JobVersion.created.desc())  # "outputs" first: a job that wrote it
            )
            (primary,) = datasets.named(session, Symlink.primary, Dataset.id == row.dataset.id)
            return session.scalars(newest).first(), _node(primary, (), ())
    raise problems.plain(404, f"Node '{node.text}' must be of type dataset or job!")


def _nodes(session: Session, edges: dict[str, _Sides]) -> list[Json]:
    jobs = _jobs(session, edges)
    ids = {dataset for job in jobs for side in edges[job.id].values() for dataset in side}
    rows = datasets.named_briefly(session, Symlink.primary, chosen(Dataset.id, ids))
    seen = {row.dataset.id: row for row in rows if row.dataset.id in ids}
    names = {id_: f"dataset:{row.link.namespace}:{row.link.name}" for id_, row in seen.items()}
    readers, writers = defaultdict(list), defaultdict(list)
    latest = _latest_runs(session, {job.current_run for job in jobs if job.current_run})
    found = []
    for job in jobs:
        here = f"job:{job.namespace}:{job.name}"
        sides = {side: sorted(ids_ & seen.keys(), key=names.__getitem__) for side, ids_ in edges[job.id].items()}
        for id_ in sides["inputs"]:
            readers[id_].append(here)
        for id_ in sides["outputs"]:
            writers[id_].append(here)
        data = _job(job, latest.get(job.current_run)) | {
            side: [{"namespace": seen[id_].link.namespace, "name": seen[id_].link.name} for id_ in ids_]
            for side, ids_ in sides.items()
        }
        inner = [{"origin": names[id_], "destination": here} for id_ in sides["inputs"]]
        outer = [{"origin": here, "destination": names[id_]} for id_ in sides["outputs"]]
        found.append({"id": here, "type": "JOB", "data": data, "inEdges": inner, "outEdges": outer})
    found += [_node(row, writers[id_], readers[id_]) for id_, row in seen.items()]
    return sorted(found, key=lambda node: str(node["id"]))


def _jobs(session: Session, ids: Collection[str]) -> list[Row[Any]]:
    """Return jobs that are not hidden, as columns: entities would take several times as long where there are many."""
    parent = aliased(Job)
    shown: tuple[Any, ...] = (
        Job.id, Job.namespace, Job.name, Job.simple_name, Job.parent, Job.type, Job.created, Job.updated,
        Job.location, Job.description, Job.current_run, parent.name.label("parent_name"),
    )  # fmt: skip
    found = select(*shown).outerjoin(parent, parent.id == Job.parent).where(~Job.hidden, chosen(Job.id, ids))
    return [row for row in session.execute(found) if row.id in ids]


def _latest_runs(session: Session, ids: Collection[str]) -> dict[str, Json]:
    rows = session.execute(select(*Run.__table__.c).where(chosen(Run.id, ids)))
    return {run["id"]: run for run in runs.show(session, [row for row in rows if row.id in ids])}


def _node(row: Named, writers: Iterable[str], readers: Iterable[str]) -> Json:
    here = f"dataset:{row.link.namespace}:{row.link.name}"
    return {
        "id": here,
        "type": "DATASET",
        "data": datasets.brief(row),
        "inEdges": [{"origin": job, "destination": here} for job in writers],
        "outEdges": [{"origin": here, "destination": job} for job in readers],
    }


def _job(job: Row[Any], latest: Json | None) -> Json:
    return {
        "id": {"namespace": job.namespace, "name": job.name},
        "type": job.type,
        "name": job.name,
        "simpleName": job.simple_name,
        "parentJobName": job.parent_name,
        "parentJobUuid": job.parent,
        "currentRunUuid": job.current_run,
        "createdAt": times.shown(job.created),
        "updatedAt": times.shown(job.updated),
        "namespace": job.namespace,
        "location": job.location,
        "description": job.description,
        "latestRun": latest,
    }
