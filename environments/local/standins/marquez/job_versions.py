"""Versions of jobs: one for each set of inputs and outputs that a job had, and a location of its code."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from environments.local.standins.marquez.recording_datasets import content_uuid
from environments.local.standins.marquez.tables import UNSEEN, DatasetVersion, Job, JobIO, JobVersion, Run, RunInput


def run_inputs(session: Session, run: str) -> list[DatasetVersion]:
    """Return the versions that a run read."""
    read = select(DatasetVersion).join(RunInput, RunInput.version == DatasetVersion.id).where(RunInput.run == run)
    return list(session.scalars(read))


def run_outputs(session: Session, run: str) -> list[DatasetVersion]:
    """Return the versions that a run wrote."""
    return list(session.scalars(select(DatasetVersion).filter_by(run=run)))


def version_of_run(session: Session, job: Job, run: Run) -> tuple[list[str], list[str], str]:
    """Return the datasets that a run read and wrote, and the version of the job that follows from them."""
    return version_of_event(session, job, run_inputs(session, run.id), run_outputs(session, run.id))


def version_of_event(session: Session, job: Job, inputs: list[DatasetVersion], outputs: list[DatasetVersion]
                     ) -> tuple[list[str], list[str], str]:  # fmt: skip
    """Return the datasets of these versions, and the version of the job that follows from their names."""
    names = [sorted({(one.namespace, one.name) for one in side}) for side in (inputs, outputs)]
    version = content_uuid(job.namespace, job.name, *names, job.location)
    ids = [list(dict.fromkeys(one.dataset for one in side)) for side in (inputs, outputs)]
    return ids[0], ids[1], version


def link_version(session: Session, job: Job, known: JobVersion | None, version: str, inputs: list[str],
                 outputs: list[str], when: datetime) -> JobVersion:  # fmt: skip
    """Make a job's version where it is new, and its datasets those of the lineage graph."""
    linked: dict[tuple[str, str], JobIO] = {}
    if known is not None:
        linked = {(io.side, io.dataset): io for io in session.scalars(select(JobIO).filter_by(version=known.id))}
    else:
        known = JobVersion(id=str(uuid.uuid4()), job=job.id, version=version, location=job.location, created=when)
        session.add(known)
    for side, datasets in (("inputs", inputs), ("outputs", outputs)):
        if datasets and job.current_version is not None:
            before = (JobIO.job == job.id, JobIO.version != known.id, JobIO.side == side, JobIO.current)
            session.execute(update(JobIO).where(*before).values(current=False), execution_options=UNSEEN)
        for dataset in datasets:
            if (side, dataset) in linked:
                linked[side, dataset].current = True
            else:
                session.add(JobIO(version=known.id, dataset=dataset, side=side, job=job.id, current=True))
    return known
