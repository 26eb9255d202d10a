"""Runs the init hook of a stack again; ends a workload, starts it with other variables, and brings it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from environments.kind.plan import KindPlan
from environments.kind.tools import run
from environments.kind.workloads import JOB, WORKLOADS
from harness.errors import EnvironmentFailure, StartError
from harness.stack import Stack

_LIMIT = "120s"


def rerun(stack: Stack, workload: str) -> None:
    """Run a job of a stack again, to its end; raises StartError when it fails, KeyError for one that is no job."""
    if workload != JOB:
        raise KeyError(workload)
    plan = KindPlan.of(stack)
    hooks = YAML(typ="safe").load_all(StringIO(run(plan.helm("get", "hooks", "floe-infra"))))
    job = next(each for each in hooks if each and each["kind"] == "Job")
    name = f"job/{job['metadata']['name']}"
    run(plan.kubectl("delete", name, "--ignore-not-found", "--wait"))
    run(plan.kubectl("create", "--filename", "-"), given=json.dumps(job))
    try:
        run(plan.kubectl("wait", name, "--for=condition=complete", f"--timeout={_LIMIT}"))
    except EnvironmentFailure as error:
        raise StartError(f"{workload} failed", actual=error.actual, evidence=_log(plan, name)) from None


def _log(plan: KindPlan, name: str) -> str:
    try:
        return run(plan.kubectl("logs", name, "--tail=20"))
    except EnvironmentFailure:
        return ""


def changed(stack: Stack, workload: str, variables: Mapping[str, str | None] | None) -> Callable[[], None]:
    """End a workload and, where `variables` are given, start it with them on top (None: without it).

    Returns a function that brings it back as it was, and returns when its pods are ready. Raises StartError for one
    that is no workload of the cluster.
    """
    plan = KindPlan.of(stack)
    found = next((each.object for each in WORKLOADS if each.name == workload), None)
    if found is None:
        raise StartError(f"{workload} is no workload of this stack")
    before = _environment(plan, found)
    if variables is None:
        run(plan.kubectl("scale", found, "--replicas=0"))
        run(plan.kubectl("wait", "pod", "--selector", _selector(workload), "--for=delete", f"--timeout={_LIMIT}"))
    else:
        kept = [each for each in before if each["name"] not in variables]
        _set(plan, found, [*kept, *({"name": k, "value": v} for k, v in variables.items() if v is not None)])

    def back() -> None:
        _set(plan, found, before)
        run(plan.kubectl("scale", found, "--replicas=1"))
        run(plan.kubectl("rollout", "status", found, f"--timeout={_LIMIT}"))

    return back


def _selector(workload: str) -> str:
    app = next(each.app for each in WORKLOADS if each.name == workload)
    return f"app.kubernetes.io/name={app}"


def _environment(plan: KindPlan, found: str) -> list[dict[str, Any]]:
    spec = json.loads(run(plan.kubectl("get", found, "--output", "json")))["spec"]["template"]["spec"]
    environment: list[dict[str, Any]] = spec["containers"][0].get("env", [])
    return environment


def _set(plan: KindPlan, found: str, environment: list[dict[str, Any]]) -> None:
    patch = [{"op": "replace", "path": "/spec/template/spec/containers/0/env", "value": environment}]
    run(plan.kubectl("patch", found, "--type=json", "--patch", json.dumps(patch)))
    try:
        run(plan.kubectl("rollout", "status", found, f"--timeout={_LIMIT}"))
    except EnvironmentFailure:
        return  # it does not come up: that is for who asked to find out
