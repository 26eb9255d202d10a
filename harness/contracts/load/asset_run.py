"""Calls to the platform's observability: `orchestrator.asset_run(…)` binds to its signature."""

from __future__ import annotations

from harness.contracts.breach import Breach
from harness.contracts.load.project import Project, has_dagster
from harness.contracts.load.resources import READABLE
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.systems.dagster_code import calls_of, signatures_of

METHOD = "asset_run"


@contract(
    "orchestrator.asset-run-calls-bind",
    stage=Stage.LOAD,
    promise=f"Every call of {METHOD} binds to the signature that the platform's code gives it.",
    requires=READABLE,
    mend="call it as its signature says, or bring the signature up to date with its callers",
    takes=Target.CODE,
    applies=has_dagster,
)
def asset_run_calls_bind(project: Project) -> Facts:
    modules = project.code.everything
    calls, signatures = list(calls_of(modules, METHOD)), signatures_of(modules, METHOD)
    breaches = []
    for call in calls if signatures else ():
        faults = [call.fault(signature) for signature in signatures or ()]
        if all(faults):
            breaches.append(
                Breach(
                    f"a call does not bind to {METHOD}: {faults[0]}",
                    expected=" or ".join(f"{METHOD}{_told(str(signature))}" for signature in signatures or ()),
                    actual=call.written,
                    evidence=f"Python says, when it runs: TypeError: {faults[0]}",
                    subject=call.place.file.name,
                    location=call.place,
                )
            )
    raise_all(breaches)
    return {"calls": len(calls), "signatures": len(signatures or ())}


def _told(signature: str) -> str:
    return signature.replace("=None", "=…")
