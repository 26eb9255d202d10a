"""Runs: shown, listed, made and moved on by REST."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, true
from sqlalchemy.orm import Session

from environments.local.standins.marquez import facets, problems, times
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.reading import UUID, Shape
from environments.local.standins.marquez.recording import move_run, put_run, settle_run
from environments.local.standins.marquez.tables import (
    DatasetVersion,
    Facet,
    Job,
    JobVersion,
    Run,
    RunInput,
)

Json = dict[str, Any]
STATES = ("NEW", "RUNNING", "COMPLETED", "ABORTED", "FAILED", "OTHER")
_MOVES = {"start": "RUNNING", "complete": "COMPLETED", "fail": "FAILED", "abort": "ABORTED"}
_OF_RUN = ("run", "input", "output")  # the facets that a run shows
_MANY = 500  # ids in one query; for more, all rows are read
_IO = (DatasetVersion.id, DatasetVersion.namespace, DatasetVersion.name, DatasetVersion.version, DatasetVersion.run)
_Versions = dict[str, list[Row[Any]]]  # each with the columns of _IO


def shown(run: Run | Row[Any], job: Row[Any], version: str | None, *, args: Json, inputs: list[Json],
          outputs: list[Json], facets: Json) -> Json:  # fmt: skip
    """Show a run; `version` is its job's."""
    return {
        "id": run.id,
        "createdAt": times.shown(run.created),
        "updatedAt": times.shown(run.updated),
        "nominalStartTime": times.shown(run.nominal_start),
        "nominalEndTime": times.shown(run.nominal_end),
        "state": run.state or "NEW",
        "startedAt": times.shown(run.started),
        "endedAt": times.shown(run.ended),
        "durationMs": times.milliseconds(run.started, run.ended),
        "args": args,
        "jobVersion": version and {"namespace": job.namespace, "name": job.name, "version": version},
        "inputDatasetVersions": inputs,
        "outputDatasetVersions": outputs,
        "facets": facets,
    }


def show(session: Session, runs: Sequence[Run | Row[Any]], *, job_facets: bool = False) -> list[Json]:
    """Show runs with their datasets and facets, in a handful of queries; with `job_facets` as job versions do."""
    ids = {run.id for run in runs}
    if not ids:
        return []
    named = select(Job.id, Job.namespace, Job.name).where(chosen(Job.id, {run.job for run in runs}))
    jobs: dict[str, Any] = {job.id: job for job in session.execute(named)}
    linked = {run.job_version for run in runs if run.job_version}
    numbers = select(JobVersion.id, JobVersion.version).where(chosen(JobVersion.id, linked))
    versions = {row.id: row.version for row in session.execute(numbers)}
    read, written = io_of(session, ids)
    by_run = defaultdict(list)
    for row in facets.find(session, chosen(Facet.run, ids), Facet.kind.in_(("job",) if job_facets else _OF_RUN)):
        by_run[row.run].append(row)

    kind = "job" if job_facets else "run"

    def told(run: Run | Row[Any], kind: str) -> list[Row[Any]]:
        return [row for row in by_run[run.id] if row.kind == kind]

    return [
        shown(
            run, jobs[run.job], versions.get(run.job_version or ""), args=run.args,
            inputs=side(read[run.id], told(run, "input")), outputs=side(written[run.id], told(run, "output")),
            facets=facets.merged(row for row in by_run[run.id] if row.kind == kind),
        )
        for run in runs
    ]  # fmt: skip


def side(versions: Iterable[Row[Any]], told: Sequence[Row[Any]] = ()) -> list[Json]:
    """Show what a run read or wrote; `told` are the facets of that."""
    return [
        {
            "datasetVersionId": {"namespace": one.namespace, "name": one.name, "version": one.version},
            "facets": facets.merged([row for row in told if row.dataset_version == one.id]) if told else {},
        }
        for one in versions
    ]


def chosen(column: Any, ids: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column has one of these values, or none when there are too many for one query."""
    found: ColumnElement[bool] = column.in_(ids) if len(ids) <= _MANY else true()
    return found


def io_of(session: Session, ids: Collection[str]) -> tuple[_Versions, _Versions]:
    """Return the versions that runs read and wrote, by run."""
    read: _Versions = defaultdict(list)
    written: _Versions = defaultdict(list)
    row: Any
    inputs = select(*_IO, RunInput.run.label("reader")).join(RunInput, RunInput.version == DatasetVersion.id)
    for row in session.execute(inputs.where(chosen(RunInput.run, ids))):
        read[row.reader].append(row)
    for row in session.execute(select(*_IO).where(DatasetVersion.run.is_not(None), chosen(DatasetVersion.run, ids))):
        written[row.run].append(row)
    return read, written


def known(call: Call) -> Run:
    """Return the run that the path names; raises Problem (404)."""
    found = call.session.get(Run, call.path["run"].lower())
    if found is None:
        raise problems.not_found("Run", call.path["run"])
    return found


def one(call: Call) -> Json:
    """Show a run."""
    return show(call.session, [known(call)])[0]


def latest(session: Session, job: Job, limit: int) -> list[Run]:
    """Return a job's runs, the one that was last heard of first."""
    newest = select(Run).filter_by(job=job.id).order_by(Run.transitioned.desc().nulls_first()).limit(limit)
    return list(session.scalars(newest))


def of_job(session: Session, job: Job, limit: int, offset: int) -> Json:
    """List a job's runs, the one that started last first."""
    newest = select(Run).filter_by(job=job.id).order_by(Run.started.desc().nulls_last()).limit(limit).offset(offset)
    ours = select(func.count()).select_from(Run).filter_by(namespace=job.namespace, job_name=job.name)
    return {"runs": show(session, list(session.scalars(newest))), "totalCount": session.scalar(ours)}


def run_facets(call: Call) -> tuple[int, Json | None]:
    """Show the facets of a run or of its job."""
    told = call.param("type")
    if not told:
        raise problems.invalid(400, "query param type must not be null")
    kind = told.upper()
    if kind not in ("RUN", "JOB", "DATASET"):
        raise problems.plain(400, "query param type must be one of [RUN, JOB, DATASET]")
    run = known(call)
    if kind == "DATASET":  # a type that is known, and never answered
        return 200, None
    rows = facets.find(call.session, Facet.run == run.id, Facet.kind == kind.lower())
    return 200, ({"runId": run.id, "facets": facets.merged(rows)} if rows else None)


_META = Shape("RunMeta", {"id": "uuid", "nominalStartTime": "time", "nominalEndTime": "time",
                          "args": Shape("RunArgs", further="text")})  # fmt: skip


def create(call: Call, job: Job) -> tuple[int, Json]:
    """Make a run of a job that has not started."""
    body = call.body()
    texts = Shape("RunArgs", further="text")
    call.bind(
        body, Shape("RunMeta", {"id": "uuid", "nominalStartTime": "time", "nominalEndTime": "time", "args": texts})
    )
    run_id = str(body.get("id") or uuid.uuid4()).lower()
    if call.session.get(Run, run_id) is not None:
        raise problems.plain(400, f"Run '{run_id}' already exists for '{job.name}' under namespace '{job.namespace}'.")
    now = times.now()
    args = {str(key): str(value) for key, value in (body.get("args") or {}).items()}
    run = put_run(call.session, run_id, job, now, None, parent=None, args=args)
    run.nominal_start = times.read_any(body.get("nominalStartTime"))
    run.nominal_end = times.read_any(body.get("nominalEndTime"))
    run.state, run.transitioned = "NEW", now
    call.session.flush()
    call.headers["location"] = f"{call.base}/api/v1/"
    return 201, show(call.session, [run])[0]


def move(call: Call) -> Json:
    """Start, complete, fail or abort a run."""
    run, told = known(call), call.param("at")
    try:
        when: datetime = (times.read(told) if told else None) or times.now()
    except times.NoTime:
        raise problems.failed() from None
    state = _MOVES[call.path["move"]]
    move_run(run, state, when)
    if state != "RUNNING":
        job = call.session.get_one(Job, run.job)
        settle_run(call.session, job, run, when)
    call.session.flush()
    return show(call.session, [run])[0]


def upstream(call: Call) -> Json:
    """Show what a run read, who wrote it, what those read, and so on."""
    told, depth = call.param("runId"), call.number("depth", 20)
    if not told:
        raise problems.invalid(400, "query param runId must not be null")
    if not UUID.fullmatch(told):
        raise problems.no_route()
    run_id = told.lower()
    if call.session.get(Run, run_id) is None:
        raise problems.not_found("Run", run_id)
    found: list[Json] = []
    seen, layer, level = {run_id}, [run_id], 0
    while layer and level <= depth:
        read, _ = io_of(call.session, layer)
        rows = call.session.execute(
            select(Run, Job, JobVersion.id)
            .join(Job, Job.id == Run.job)
            .outerjoin(JobVersion, JobVersion.id == Run.job_version)
            .where(Run.id.in_(layer))
            .order_by(Job.name)
        ).all()
        found += [_upstream(run, job, version, read[run.id]) for run, job, version in rows]
        writers = dict.fromkeys(one.run for run, _, _ in rows for one in read[run.id] if one.run)
        layer = [writer for writer in writers if writer not in seen]
        seen.update(layer)
        level += 1
    return {"runs": found}


def _upstream(run: Run, job: Job, version: str | None, inputs: list[Row[Any]]) -> Json:
    return {
        "job": {"namespace": job.namespace, "name": job.name, "version": version},
        "run": {
            "id": run.id,
            "start": times.shown(run.started),
            "end": times.shown(run.ended),
            "status": run.state,
        },
        "inputs": [
            {"namespace": one.namespace, "name": one.name, "version": one.version, "producedByRunId": one.run}
            for one in inputs
        ],
    }
