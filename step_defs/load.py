"""Steps of stage load."""

from __future__ import annotations

import re

from pytest_bdd import parsers, then

from harness.diagnosis import Diagnosis

FACTS = {
    "every file of the orchestrator's code is Python": ("orchestrator.code-readable",),
    "every resource that is used is declared, and declared in one way": (
        "orchestrator.resources-declared",
        "orchestrator.resources-declared-once",
    ),
    "every resource that is declared is provided": ("orchestrator.resources-provided",),
    "every resource has a name that a field may have": ("orchestrator.resource-keys-valid",),
    "every call that observes an asset has the arguments that it takes": ("orchestrator.asset-run-calls-bind",),
    "no two assets have one key, and every asset is made from assets that are there": (
        "orchestrator.asset-keys-unique",
        "orchestrator.asset-inputs-exist",
    ),
    "every asset that a job selects is there": ("orchestrator.job-assets-exist",),
    "every schedule and sensor starts a job that is there, at times that there are": (
        "orchestrator.triggers-name-jobs",
        "orchestrator.cron-valid",
    ),
    "the jobs, schedules and sensors are those that are declared": ("orchestrator.jobs-declared",),
    "every model has a name of its own, and refers to what is there": (
        "transform.project-readable",
        "transform.models-unique",
        "transform.references-resolve",
    ),
    "dbt's sources are the raw tables": ("transform.sources-are-assets",),
    "dbt's models are the declared tables, made from what is declared of them": ("transform.models-declared",),
    "every model goes to the namespace of its layer": ("transform.schemas-are-namespaces",),
    "every model reads columns that are there, and gives those that are declared": (
        "transform.columns-exist",
        "transform.columns-declared",
    ),
    "dbt's tests name columns that are there": ("transform.tests-name-columns",),
    "the profile sets secrets up before they are used, and attaches the platform's warehouse": (
        "transform.secret-manager-set-first",
        "transform.profile-attaches-warehouse",
    ),
    "the semantic layer has the declared cubes and members": ("semantic.model-readable", "semantic.cubes-declared"),
    "every cube reads tables and columns that are declared": ("semantic.tables-exist", "semantic.columns-exist"),
    "every join and every rollup names cubes and members that are there": (
        "semantic.joins-exist",
        "semantic.members-exist",
    ),
}


@then(parsers.re(f"(?P<fact>{'|'.join(map(re.escape, FACTS))})"))
def code_holds(load: Diagnosis, fact: str) -> None:
    load.require(*FACTS[fact])


@then("the orchestrator's own loader takes the definitions without an error")
def definitions_load(loading: Diagnosis) -> None:
    loading.require("orchestrator.definitions-load")
