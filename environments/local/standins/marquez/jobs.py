"""Jobs and their versions: shown, listed, made by REST, tagged and deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from environments.local.standins.marquez import facets, problems, reading, runs, times
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.namespaces import existing, put_tag
from environments.local.standins.marquez.reading import Shape
from environments.local.standins.marquez.recording import dataset_ids, put_job
from environments.local.standins.marquez.tables import (
    Dataset,
    Facet,
    Job,
    JobIO,
    JobVersion,
    Run,
    Symlink,
    Tagged,
)

Json = dict[str, Any]
_TYPES = ("BATCH", "STREAM", "SERVICE")
_LATEST = 10  # runs that a job shows


def known(call: Call) -> Job:
    """Return the job that the path names; raises Problem (404)."""
    existing(call.session, call.path["namespace"])
    return _find(call)


def _find(call: Call) -> Job:
    name = call.path["job"]
    found = call.session.scalar(select(Job).filter_by(namespace=call.path["namespace"], name=name, hidden=False))
    if found is None:
        raise problems.not_found("Job", name)
    return found


def base(session: Session, job: Job, told: Json, tags: Sequence[str] = ()) -> Json:
    """Show a job without its runs, with the inputs that its last event named; `told` are its facets."""
    parent = session.get(Job, job.parent) if job.parent else None
    kind = told.get("jobType") or {}
    return {
        "id": {"namespace": job.namespace, "name": job.name},
        "type": job.type,
        "name": job.name,
        "simpleName": job.simple_name,
        "parentJobName": parent.name if parent else None,
        "parentJobUuid": job.parent,
        "createdAt": times.shown(job.created),
        "updatedAt": times.shown(job.updated),
        "namespace": job.namespace,
        "inputs": job.inputs,
        "outputs": [],
        "location": job.location,
        "description": job.description,
        "latestRun": None,
        "latestRuns": None,
        "facets": told,
        "currentVersion": job.current_version,
        "labels": [kind[key] for key in ("jobType", "integration") if kind.get(key)],
        "tags": list(tags),
    }


def _alone(session: Session, job: Job) -> Json:
    version = job.current_version
    told = facets.find(session, Facet.kind == "job", Facet.job_version == version) if version else []
    return base(session, job, facets.merged(told), session.scalars(select(Tagged.tag).filter_by(owner=job.id)).all())


def _with_runs(session: Session, found: Json, job: Job) -> Json:
    """Add a job's latest runs, and the datasets of the last of them."""
    latest = runs.latest(session, job, _LATEST)
    if latest:
        shown = runs.show(session, latest)
        read, written = runs.io_of(session, [latest[0].id])
        found |= {"latestRun": shown[0], "latestRuns": shown}
        found |= {"inputs": _named(session, read[latest[0].id]), "outputs": _named(session, written[latest[0].id])}
    return found


def _named(session: Session, versions: Iterable[Row[Any]]) -> list[Json]:
    return dataset_ids({"namespace": one.namespace, "name": one.name} for one in versions)


def show(session: Session, job: Job) -> Json:
    """Show a job with its runs, and the datasets of its current version where that has some."""
    found = _with_runs(session, _alone(session, job), job)
    for side, names in _io(session, [job.current_version])[job.current_version or ""].items():
        found[side] = names
    return found


def _io(session: Session, versions: Iterable[str | None]) -> dict[str, dict[str, list[Json]]]:
    """Return the datasets of versions of jobs by side, under all of their names."""
    found: dict[str, dict[str, list[Json]]] = defaultdict(dict)
    rows = session.execute(
        select(JobIO.version, JobIO.side, Symlink.namespace, Symlink.name)
        .join(Dataset, Dataset.id == JobIO.dataset)
        .join(Symlink, Symlink.dataset == Dataset.id)
        .where(JobIO.version.in_([version for version in versions if version]), ~Dataset.hidden)
    )
    for version, side, namespace, name in rows:
        found[version].setdefault(side, []).append({"namespace": namespace, "name": name})
    return found


def one(call: Call) -> Json:
    """Show a job."""
    return show(call.session, known(call))


def all_of(call: Call) -> Json:
    """List jobs, the one that changed last first; of a namespace, also of one that is not there."""
    namespace = call.path.get("namespace")
    told = call.params("lastRunStates") or runs.STATES
    states = [state.upper() for state in told if state]  # an empty one leaves the jobs that never ran
    if any(state not in runs.STATES for state in states):
        raise problems.plain(400, f"query param lastRunStates must be one of [{', '.join(runs.STATES)}]")
    limit, offset = call.page()
    seen = [~Job.hidden, *([Job.namespace == namespace] if namespace else [])]
    total = call.session.scalar(select(func.count()).select_from(Job).where(*seen))
    rows = call.session.execute(
        select(Job, JobVersion.latest_run)
        .outerjoin(JobVersion, JobVersion.id == Job.current_version)
        .outerjoin(Run, Run.id == Job.current_run)
        .where(*seen, Run.state.in_(states) | Run.id.is_(None))
        .order_by(Job.updated.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    tags, by_run = defaultdict(list), defaultdict(list)
    for row in call.session.scalars(select(Tagged).where(Tagged.owner.in_([job.id for job, _ in rows]))):
        tags[row.owner].append(row.tag)
    for facet in facets.find(call.session, Facet.kind == "job", Facet.run.in_([run for _, run in rows if run])):
        by_run[facet.run].append(facet)
    jobs = [
        _with_runs(call.session, base(call.session, job, facets.merged(by_run[run]), tags[job.id]), job)
        for job, run in rows
    ]
    return {"totalCount": total, "jobs": jobs}


def list_runs(call: Call) -> Json:
    """List a job's runs."""
    limit, offset = call.page()
    return runs.of_job(call.session, known(call), limit, offset)


def create_run(call: Call) -> tuple[int, Json]:
    """Make a run of a job."""
    return runs.create(call, known(call))


def versions(call: Call) -> Json:
    """List a job's versions, the newest first."""
    (limit, offset), job = call.page(), known(call)
    newest = select(JobVersion).filter_by(job=job.id).order_by(JobVersion.created.desc())
    return {"versions": _versions(call.session, job, call.session.scalars(newest.limit(limit).offset(offset)).all())}


def version(call: Call) -> Json:
    """Show one version of a job."""
    job, number = known(call), call.path["version"].lower()
    found = call.session.scalars(select(JobVersion).filter_by(job=job.id, version=number)).all()
    if not found:
        raise problems.not_found("Job version", call.path["version"])
    return _versions(call.session, job, found)[0]


def _versions(session: Session, job: Job, rows: Sequence[JobVersion]) -> list[Json]:
    io = _io(session, [row.id for row in rows])
    last = session.scalars(select(Run).where(Run.id.in_([row.latest_run for row in rows if row.latest_run]))).all()
    shown = {run["id"]: run for run in runs.show(session, last, job_facets=True)}

    def latest(row: JobVersion) -> Json | None:
        run = shown.get(row.latest_run or "")
        number = {"namespace": job.namespace, "name": job.name, "version": row.version}
        return run and {**run, "jobVersion": number}

    return [
        {
            "id": {"namespace": job.namespace, "name": job.name, "version": row.version},
            "name": job.name,
            "createdAt": times.shown(row.created),
            "version": row.version,
            "namespace": job.namespace,
            "location": row.location,
            "inputs": io[row.id].get("inputs", []),
            "outputs": io[row.id].get("outputs", []),
            "latestRun": latest(row),
        }
        for row in rows
    ]


_ID = Shape("DatasetId", {"namespace": "text", "name": "text"}, ("namespace", "name"))
_META = Shape("JobMeta", {"type": "text", "location": "uri", "description": "text", "runId": "uuid",
                          "inputs": [_ID], "outputs": [_ID]})  # fmt: skip


def put(call: Call) -> Json:
    """Make or change a job by REST."""
    body = call.body()
    call.bind(body, _META)
    kind = body.get("type")
    if kind is None:
        raise reading.at_end(call.text, "JobMeta", "type is marked non-null but is null")
    if kind not in _TYPES:
        said = f'Cannot deserialize value of type `marquez.common.models.JobType` from String "{kind}": {kind} was not '
        raise reading.at_value(call.text, "type", "JobMeta", f"{said}one of [{', '.join(_TYPES)}]")
    existing(call.session, call.path["namespace"])
    job = put_job(
        call.session, call.path["namespace"], call.path["job"], times.now(), None, type=kind,
        description=body.get("description"), location=body.get("location"), current_run=body.get("runId"),
    )  # fmt: skip
    job.inputs = dataset_ids(body.get("inputs") or ())
    call.session.flush()
    return show(call.session, job)


def delete(call: Call) -> Json:
    """Hide a job; the answer shows it as it was."""
    job = known(call)
    found = _alone(call.session, job)
    job.hidden = True
    return found


def tag(call: Call) -> Json:
    """Put a tag on a job."""
    job, name = known(call), call.path["tag"]
    put_tag(call.session, name)
    call.session.merge(Tagged(owner=job.id, tag=name))
    call.session.flush()
    return _alone(call.session, job)


def untag(call: Call) -> Json:
    """Take a tag off a job."""
    job = known(call)
    if (row := call.session.get(Tagged, (job.id, call.path["tag"]))) is not None:
        call.session.delete(row)
        call.session.flush()
    return _alone(call.session, job)
