"""Jobs, schedules and sensors: what they name is there, and what is declared of them is in the code."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts.breach import Breach
from harness.contracts.load.known import known_assets
from harness.contracts.load.project import Project, has_dagster, has_definitions
from harness.contracts.load.resources import READABLE
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.errors import Location
from harness.platform.problem import did_you_mean
from harness.systems.cron import cron_fault
from harness.systems.dagster_code import Loaded
from harness.systems.dagster_code.loaded import trigger_of

_OF_DAGSTER = {"__ASSET_JOB"}


@contract(
    "orchestrator.job-assets-exist",
    stage=Stage.LOAD,
    promise="Every asset that a job selects by its key is there.",
    requires=READABLE,
    mend="correct the key in the job's selection, or load the asset",
    takes=Target.CODE,
    applies=has_definitions,
)
def job_assets_exist(project: Project) -> Facts:
    assert project.loaded is not None
    known = known_assets(project)
    breaches = [
        Breach(
            f"job {job.name!r} selects {key!r}, which is no asset{did_you_mean(key, known)}",
            expected="an asset that is loaded",
            actual=key,
            evidence=f"Dagster says: Failed to resolve asset job {job.name}",
            subject=job.name,
            location=job.place,
        )
        for job in project.loaded.jobs
        if known is not None
        for key in job.selects
        if key not in known
    ]
    raise_all(breaches)
    return {"jobs": [job.name for job in project.loaded.jobs]}


@contract(
    "orchestrator.triggers-name-jobs",
    stage=Stage.LOAD,
    promise="Every job that a schedule or a sensor names is there.",
    requires=READABLE,
    mend="correct the job's name, or load the job",
    takes=Target.CODE,
    applies=has_definitions,
)
def triggers_name_jobs(project: Project) -> Facts:
    loaded = project.loaded
    assert loaded is not None
    known = {job.name for job in loaded.jobs} | _OF_DAGSTER
    breaches = [
        Breach(
            f"{trigger.kind} {trigger.name!r} starts {job!r}, which is no job{did_you_mean(job, known)}",
            expected=", ".join(sorted(known - _OF_DAGSTER)),
            actual=job,
            evidence=f'Dagster says: {trigger.kind.title()}Definition "{trigger.name}" targets job "{job}" which was '
            "not found in this repository",
            subject=trigger.name,
            location=trigger.place,
        )
        for trigger in loaded.triggers
        for job in trigger.jobs
        if job not in known and not loaded.jobs_open
    ]
    raise_all(breaches)
    return {"triggers": [trigger.name for trigger in loaded.triggers]}


@contract(
    "orchestrator.cron-valid",
    stage=Stage.LOAD,
    promise="Every cron string of a schedule is one.",
    requires=READABLE,
    mend="write five fields (minute, hour, day of month, month, day of week) or a name such as @daily",
    takes=Target.CODE,
    applies=has_dagster,
)
def cron_valid(project: Project) -> Facts:
    made = [(each, None) for each in project.code.executor.made if "chedule" in each.name]
    decorated = [(d.options, d) for d in project.definitions if d.kind == "schedule"]
    found: dict[tuple[Location, str], Breach] = {}
    crons = []
    for options, definition in [*decorated, *made]:
        trigger = trigger_of(options, definition)
        for cron in trigger.crons if trigger else ():
            crons.append(cron)
            fault = cron_fault(cron)
            if trigger and fault:
                found.setdefault(
                    (options.place, cron),
                    Breach(
                        f"schedule {trigger.name or options.name!r} has a cron string that is none: {fault}",
                        expected="minute hour day-of-month month day-of-week",
                        actual=cron,
                        subject=trigger.name,
                        location=options.place,
                    ),
                )
    raise_all(list(found.values()))
    return {"crons": sorted(set(crons))}


@contract(
    "orchestrator.jobs-declared",
    stage=Stage.LOAD,
    promise="The jobs, schedules and sensors that are declared are in the code, and start what is declared.",
    requires=(*READABLE, "orchestrator.triggers-name-jobs", "orchestrator.cron-valid"),
    mend="bring the code and expectations.yaml into agreement",
    takes=Target.CODE,
    applies=lambda project: has_definitions(project) or (None if project.expectations else "no expectations are given"),
)
def jobs_declared(project: Project) -> Facts:
    assert project.loaded is not None
    raise_all(list(_undeclared(project, project.loaded)))
    return {"jobs": [job.name for job in project.loaded.jobs]}


def _undeclared(project: Project, loaded: Loaded) -> Iterator[Breach]:
    assert project.expectations is not None
    declared = project.expectations.orchestrator
    jobs = {job.name for job in loaded.jobs}
    for job in sorted(declared.jobs - jobs) if not loaded.jobs_open else ():
        yield _missing("job", job, jobs, loaded)
    wanted: dict[str, tuple[str, str, str | None]] = {}
    wanted |= {name: ("schedule", s.job, s.cron) for name, s in declared.schedules.items()}
    wanted |= {name: ("sensor", job, None) for name, job in declared.sensors.items()}
    triggers = {(trigger.kind, trigger.name): trigger for trigger in loaded.triggers}
    for name, (kind, job, cron) in wanted.items():
        trigger = triggers.get((kind, name))
        if trigger is None:
            if not (loaded.schedules_open if kind == "schedule" else loaded.sensors_open):
                yield _missing(kind, name, {str(t.name) for t in loaded.triggers if t.kind == kind}, loaded)
        elif trigger.starts is not None and trigger.starts != job:
            yield _other(f"{kind} {name!r} starts another job", job, trigger.starts, name, trigger.place)
        elif cron is not None and trigger.crons and trigger.crons != (cron,):
            yield _other(
                f"schedule {name!r} has another cron string", cron, ", ".join(trigger.crons), name, trigger.place
            )


def _missing(kind: str, name: str, known: set[str], loaded: Loaded) -> Breach:
    return Breach(
        f"the {kind} {name!r} that is declared is not in the code{did_you_mean(name, known)}",
        expected=name,
        actual=f"there are: {', '.join(sorted(known)) or 'none'}",
        subject=name,
        location=loaded.place,
    )


def _other(heading: str, expected: str, actual: str, subject: str, place: Location) -> Breach:
    return Breach(heading, expected=expected, actual=actual, subject=subject, location=place)
