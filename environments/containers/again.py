"""Runs a job of a stack of containers again; ends a workload, starts it with other variables, brings it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from environments.containers.launch import launch
from environments.containers.plan import ContainerPlan
from environments.containers.specs import ContainerSpec, declare
from environments.starting import Starting
from harness.errors import StartError
from harness.stack import Stack
from harness.systems.engine import connect

_POLL = 0.3  # seconds between two looks at a container


def rerun(stack: Stack, workload: str) -> None:
    """Run a job of a stack again, to its end; raises StartError when it fails, KeyError for one that is no job."""
    plan = ContainerPlan.of(stack)
    job = {spec.name: spec for spec in declare(plan) if spec.job}[workload]
    _start(stack, plan, job)


def changed(stack: Stack, workload: str, variables: Mapping[str, str | None] | None) -> Callable[[], None]:
    """End a workload and, where `variables` are given, start it with them on top (None: without it).

    Returns a function that brings it back as it was, and returns when it works again. Raises StartError for one that is
    no container of the stack, or that does not come up.
    """
    plan = ContainerPlan.of(stack)
    specs = {spec.name: spec for spec in declare(plan) if not spec.job}
    if workload not in specs:
        raise StartError(f"{workload} is no container of this stack")
    spec = specs[workload]
    if variables is None:
        _kill(plan, workload)
    else:
        env = {key: value for key, value in {**spec.env, **variables}.items() if value is not None}
        _start(stack, plan, replace(spec, env=env, ready=None))

    def back() -> None:
        _start(stack, plan, spec)

    return back


def _kill(plan: ContainerPlan, workload: str) -> None:
    from docker.errors import DockerException

    try:
        connect(plan.engine).containers.get(plan.container(workload)).kill()
    except DockerException as error:
        raise StartError(f"{workload} does not run", actual=str(error)) from None


def _start(stack: Stack, plan: ContainerPlan, spec: ContainerSpec) -> None:
    """Start a workload in place of its container; the stack knows the new one."""
    alone = replace(spec, requires=())
    starting = Starting[ContainerSpec](lambda one: launch(plan, one), lambda name, text, last: None, _POLL)
    (state,) = starting.start([alone])
    known = stack.workload(spec.name)
    known.container = state.container
    stack.save()
