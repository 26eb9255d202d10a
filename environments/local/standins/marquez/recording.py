"""What an event changes: the rules by which Marquez' OpenLineageDao turns events into jobs, runs and datasets."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from environments.local.standins.marquez import reading, times
from environments.local.standins.marquez.facets import add_facets, link_job_facets
from environments.local.standins.marquez.job_versions import link_version, version_of_event, version_of_run
from environments.local.standins.marquez.namespaces import plain_name, touch
from environments.local.standins.marquez.recording_datasets import record_dataset
from environments.local.standins.marquez.tables import (
    UNSEEN,
    Dataset,
    DatasetVersion,
    Event,
    Job,
    JobIO,
    JobVersion,
    Run,
)

Json = dict[str, Any]
_STATES = {"complete": "COMPLETED", "fail": "FAILED", "abort": "ABORTED"}
DONE = frozenset(_STATES.values())


def name_uuid(name: str) -> str:
    """Return the UUID that Java's UUID.nameUUIDFromBytes makes of a name (MD5, version 3)."""
    return str(uuid.UUID(bytes=hashlib.md5(name.encode(), usedforsecurity=False).digest(), version=3))


def run_uuid(name: Any) -> str:
    """Return a run's UUID: the one sent, or one made of a name that is none."""
    return str(name).lower() if reading.UUID.fullmatch(str(name)) else name_uuid(str(name))


def at(body: Json) -> datetime:
    """Return an event's time; the body has been checked."""
    found = times.read_any(body["eventTime"])
    assert found is not None
    return found


def keep(session: Session, kind: str, body: Json) -> None:
    """Keep an event as it came."""
    kept = body | {"eventTime": times.offset(at(body))}
    session.add(Event(at=at(body), arrived=times.now(), kind=kind, type=body.get("eventType"), body=kept))


def record_run_event(session: Session, body: Json) -> None:
    """Write what an event says of a run, its job and its datasets."""
    when, run_facets, type_ = at(body), _facets(body["run"]), body.get("eventType")
    told, run_id = body["job"], run_uuid(body["run"]["runId"])
    state = None if type_ is None else _STATES.get(str(type_).lower(), "RUNNING")
    touch(session, namespace := plain_name(told["namespace"]), when)
    job = _job(session, told, namespace, when, run_facets, state, run_id)
    job.inputs = dataset_ids(body.get("inputs") or ())
    run = put_run(session, run_id, job, when, state, parent=_parent_id(run_facets), args=_args(run_facets))
    add_facets(session, "run", run_facets, when, run=run_id)
    add_facets(session, "job", _facets(told), when, run=run_id, job=job.id)
    silent_end = job.type == "STREAM" and state in DONE and not body.get("inputs") and not body.get("outputs")
    written = []
    for side in ("inputs", "outputs"):
        for dataset in body.get(side) or ():
            found = record_dataset(session, dataset, when, run_id, reads=side == "inputs")
            written += [found] if side == "outputs" else []
        if not body.get(side) and not silent_end and job.current_version is not None:
            ours = (JobIO.job == job.id, JobIO.side == side, JobIO.current)
            session.execute(update(JobIO).where(*ours).values(current=False), execution_options=UNSEEN)
    if state in DONE or job.type == "STREAM":
        session.flush()
        if not silent_end:
            settle_run(session, job, run, when, always=job.type != "STREAM")
        if state == "COMPLETED" or job.type == "STREAM":
            publish(session, written)


def settle_run(session: Session, job: Job, run: Run, when: datetime, *, always: bool = True) -> None:
    """Give a run and its job the version that follows from the run's datasets; once only unless `always`."""
    inputs, outputs, version = version_of_run(session, job, run)
    known = session.scalar(select(JobVersion).filter_by(version=version))
    if always or known is None:
        linked = link_version(session, job, known, version, inputs, outputs, when)
        run.job_version, linked.latest_run = linked.id, run.id
        job.current_version, job.updated = linked.id, when
        link_job_facets(session, run.id, linked.id)


def publish(session: Session, versions: list[DatasetVersion]) -> None:
    """Make these versions of datasets the current ones."""
    for version in versions:
        dataset = session.get_one(Dataset, version.dataset)
        dataset.current_version, dataset.updated = version.id, times.now()


def record_dataset_event(session: Session, body: Json) -> None:
    """Write what an event says of a dataset alone."""
    when = at(body)
    touch(session, plain_name(body["dataset"]["namespace"]), when)
    publish(session, [record_dataset(session, body["dataset"], when, None, reads=False)])


def record_job_event(session: Session, body: Json) -> None:
    """Write what an event says of a job alone: a version of it, without a run."""
    when, told = at(body), body["job"]
    touch(session, namespace := plain_name(told["namespace"]), when)
    job = put_job(session, namespace, told["name"], when, None, **_job_facts(_facets(told)), current_run=None)
    sides = {
        side: [record_dataset(session, one, when, None, reads=side == "inputs") for one in body.get(side) or ()]
        for side in ("inputs", "outputs")
    }
    session.flush()
    inputs, outputs, version = version_of_event(session, job, sides["inputs"], sides["outputs"])
    known = session.scalar(select(JobVersion).filter_by(version=version))
    linked = link_version(session, job, known, version, inputs, outputs, job.created)
    job.current_version, job.updated = linked.id, job.created
    add_facets(session, "job", _facets(told), when, job=job.id, job_version=linked.id)


def dataset_ids(told: Iterable[Json]) -> list[Json]:
    """Return the ids of datasets, each once."""
    pairs = dict.fromkeys((one["namespace"], one["name"]) for one in told)
    return [{"namespace": namespace, "name": name} for namespace, name in pairs]


def _facets(told: Json) -> Json:
    return {name: facet for name, facet in (told.get("facets") or {}).items() if facet is not None}


def _job_facts(facets: Json) -> dict[str, Any]:
    processing = (facets.get("jobType") or {}).get("processingType")
    return {
        "type": "STREAM" if str(processing).upper() == "STREAMING" else "BATCH",
        "description": (facets.get("documentation") or {}).get("description"),
        "location": (facets.get("sourceCodeLocation") or {}).get("url"),
    }


def _job(session: Session, told: Json, namespace: str, when: datetime, run_facets: Json, state: str | None,
         run_id: str) -> Job:  # fmt: skip
    facts = _job_facts(_facets(told))
    if (facet := run_facets.get("parent")) is None:
        return put_job(session, namespace, told["name"], when, None, **facts, current_run=run_id)
    parent = _parent(session, told["name"], namespace, when, facet, state, facts, run_facets.get("nominalTime") or {})
    return put_job(
        session, namespace, told["name"].removeprefix(f"{parent.name}."), when, parent, **facts,
        current_run=parent.current_run,
    )  # fmt: skip


def put_job(session: Session, namespace: str, simple_name: str, when: datetime, parent: Job | None, *, type: str,
            description: str | None, location: str | None, current_run: str | None) -> Job:  # fmt: skip
    """Make a job, or change and unhide the one of that name; below a parent its name is `<parent>.<simple name>`."""
    name = f"{parent.name}.{simple_name}" if parent else simple_name
    job = session.scalar(select(Job).filter_by(namespace=namespace, name=name))
    if job is None:
        job = Job(id=str(uuid.uuid4()), namespace=namespace, name=name, simple_name=simple_name, type=type,
                  parent=parent.id if parent else None, created=when, updated=when, description=description,
                  location=location, current_run=current_run)  # fmt: skip
        session.add(job)
        return job
    job.updated, job.type, job.description, job.location = times.now(), type, description, location
    job.parent, job.simple_name = job.parent or (parent.id if parent else None), simple_name if parent else job.name
    job.current_run, job.hidden, job.inputs = current_run, False, []
    return job


def _parent_id(run_facets: Json) -> str | None:
    facet = run_facets.get("parent")
    return None if facet is None else _parent_uuid(facet)


def _parent_uuid(facet: Json) -> str:
    """Return the UUID of a parent's run: the one sent, or one made of its job and a name that is none."""
    job, name = facet["job"], str(facet["run"]["runId"])
    return run_uuid(name if reading.UUID.fullmatch(name) else f"{job['namespace']}.{job['name']}.{name}")


def _parent(session: Session, child: str, namespace: str, when: datetime, facet: Json, state: str | None,
            facts: dict[str, Any], nominal: Json) -> Job:  # fmt: skip
    """Return the job that a parent facet names; made, with its run, when no event has told of it yet."""
    told, run_id = facet["job"], _parent_uuid(facet)
    name = told["name"].rpartition(".")[0] or told["name"] if told["name"] == child else told["name"]
    run = session.get(Run, run_id)
    known = session.get(Job, run.job) if run else None
    if known is not None and not known.hidden:
        if (known.namespace, known.name) == (told["namespace"], name):
            return known
        run_id = name_uuid(f"{told['namespace']}.{name}.{run_id}")  # the same run id for another job: a new run
    job = put_job(session, namespace, name, when, None, type=facts["type"], description=None,
                  location=facts["location"], current_run=run_id)  # fmt: skip
    made = put_run(session, run_id, job, when, state, parent=None, args={})
    made.nominal_start = times.read_any(nominal.get("nominalStartTime")) or made.nominal_start
    made.nominal_end = times.read_any(nominal.get("nominalEndTime")) or made.nominal_end
    return job


def put_run(session: Session, run_id: str, job: Job, when: datetime, state: str | None, *, parent: str | None,
            args: Json) -> Run:  # fmt: skip
    """Make a run of a job, or move the one of that id on; its job and arguments stay those that came first."""
    run = session.get(Run, run_id)
    if run is None:
        run = Run(id=run_id, job=job.id, namespace=job.namespace, job_name=job.name, parent=parent, created=when,
                  updated=when, args=args)  # fmt: skip
        session.add(run)
    run.updated = when
    if state is not None:
        move_run(run, state, when)
    return run


def move_run(run: Run, state: str, when: datetime) -> None:
    """Put a run into a state: whatever came last holds."""
    run.state, run.updated, run.transitioned = state, when, when
    if state in DONE:
        run.ended = when
    else:
        run.started = when


def _args(run_facets: Json) -> Json:
    args: Json = {}
    nominal, parent = run_facets.get("nominalTime") or {}, run_facets.get("parent")
    for key, name in (("nominalStartTime", "nominal_start_time"), ("nominalEndTime", "nominal_end_time")):
        if (time := times.read_any(nominal.get(key))) is not None:
            args[name] = times.zoned(time)
    if parent is not None:
        args |= {"run_id": parent["run"]["runId"], "name": parent["job"]["name"]}
        args["namespace"] = parent["job"]["namespace"]
    return args
