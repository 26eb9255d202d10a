"""Writes the results folder: that a run has begun, and at its very end what came of it."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from fixtures.fault import FAULT
from fixtures.feature_files import FeatureFile
from fixtures.left_out import LEFT_OUT
from fixtures.options import SETTINGS
from fixtures.results_folder import results_folder
from fixtures.stack import NO_STACK, STACK
from harness.contracts.registry import all_contracts
from harness.diagnosis.verdict import verdict_as_json
from harness.errors import EnvironmentFailure, HarnessError
from harness.evidence import mask
from harness.run import Cause, Run, Workload, begin, complete
from harness.run.fingerprint import fingerprint
from harness.run.model import Blame, Promise, StageFigures
from harness.run.origin import digest_of_file, digest_of_folder, git_of, machine
from harness.settings import Settings
from harness.stack import Stack
from reports.outcome import roots_of, scenario_of
from reports.roots import VERDICT
from reports.summary import by_stage, scenario_reports, stage_results

_RUN = pytest.StashKey[Run]()
_COLLECTED = pytest.StashKey[set[str]]()
_EXIT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the matrix tells a run of itself."""
    group = parser.getgroup("floe-harness")
    group.addoption("--cell", metavar="NAME", help="the cell of the matrix that the run belongs to")
    group.addoption("--retry-of", metavar="ID", help="the run whose failures by the environment this one repeats")


def pytest_configure(config: pytest.Config) -> None:
    """Make room for what is collected."""
    config.stash[_COLLECTED] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Write that a run has begun, where one of scenarios does; it stays half-written until its end.

    Options that are refused were refused before: the results of the last run are not lost by a slip of the hand.
    """
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly or not _reaches_features(config):
        return
    run = _begun(config)
    try:
        begin(results_folder(config), run)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_RUN] = run


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Any:
    """Remember which scenarios there are before any of them is left out."""
    config.stash[_COLLECTED].update(item.nodeid for item in items if isinstance(item.parent, FeatureFile))
    return (yield)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the run ended; a worker sends what it collected."""
    session.config.stash[_EXIT] = int(exitstatus)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["collected"] = _collected(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker collected."""
    node.config.stash[_COLLECTED].update(getattr(node, "workeroutput", {}).get("collected", ()))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Write what came of the run; after everything that others record of it."""
    if _RUN in config.stash:
        complete(results_folder(config), _ended(config, config.stash[_RUN]))


def _collected(config: pytest.Config) -> list[str]:
    found = config.stash[_COLLECTED]
    return sorted(found)


def _reaches_features(config: pytest.Config) -> bool:
    paths = [Path(config.invocation_params.dir, str(argument).split("::")[0]) for argument in config.args]
    return any(".feature" in path.name or next(path.rglob("*.feature"), None) for path in paths)


def _begun(config: pytest.Config) -> Run:
    settings = config.stash[SETTINGS]
    platform = Path(config.invocation_params.dir, settings.platform)
    return Run(
        id=uuid.uuid4().hex,
        complete=False,
        begun=datetime.now(UTC),
        harness_version=version("floe-harness"),
        environment=settings.environment,
        choices=_choices(settings),
        cell=config.getoption("--cell"),
        shard=config.getoption("--shard"),
        retry_of=config.getoption("--retry-of"),
        fault=config.stash[FAULT].id if FAULT in config.stash else None,
        git=git_of(config.rootpath),
        machine=machine(),
        platform_file=str(settings.platform),
        platform_digest=digest_of_file(platform),
        code_digest=digest_of_folder(platform.parent),
        seeds=_seeds(settings),
        promises=tuple(Promise(id=c.id, stage=str(c.stage), promise=c.promise) for c in all_contracts()),
    )


def _choices(settings: Settings) -> dict[str, str]:
    """Return the settings that decide what runs, as far as they were given, without logins."""
    left_out = {"environment", "platform", "keep", "results", "scale", "fixed_ports"}
    given = settings.model_dump(mode="json", exclude=left_out, exclude_none=True)
    return {name: mask(str(value)) for name, value in given.items()}


def _seeds(settings: Settings) -> dict[str, str]:
    return {"scale": str(settings.scale), "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "random")}


def _ended(config: pytest.Config, begun: Run) -> Run:
    reports = scenario_reports(config.pluginmanager.get_plugin("terminalreporter"))
    stack, verdict = config.stash.get(STACK, None), config.stash.get(VERDICT, None)
    told = verdict_as_json(verdict) if verdict else {}
    roots = roots_of(verdict) if verdict else ()
    scenarios = tuple(scenario_of(report, roots, verdict.unreachable if verdict else ()) for report in reports)
    checked = sorted({id for one in scenarios for id in one.contracts})
    return begun.model_copy(
        update={
            "complete": True,
            "ended": datetime.now(UTC),
            "exit_status": config.stash.get(_EXIT, None),
            "stack": _stack(stack) if stack else None,
            "workloads": _workloads(stack) if stack else (),
            "collected": tuple(_collected(config)),
            "left_out": {why: tuple(ids) for why, ids in config.stash.get(LEFT_OUT, {}).items()},
            "scenarios": scenarios,
            "stages": {stage: StageFigures(**figures) for stage, figures in by_stage(reports).items()},
            "results": stage_results(stack) if stack else {},
            "contracts": {id: tuple(one.scenario for one in scenarios if id in one.contracts) for id in checked},
            "roots": roots,
            "unexplained": tuple(told.get("unexplained", ())),
            "diagnosis": told.get("diagnosis", {}),
            "failure": _failure(config.stash.get(NO_STACK, None)),
        }
    )


def _stack(stack: Stack) -> dict[str, Any]:
    return {"id": stack.id, "start_seconds": stack.start_seconds, "kept": stack.keep, "digest": stack.digest}


def _workloads(stack: Stack) -> tuple[Workload, ...]:
    known = set(Workload.model_fields)
    return tuple(Workload.model_validate(w.model_dump(mode="json", include=known)) for w in stack.workloads)


def _failure(error: HarnessError | None) -> Cause | None:
    if error is None:
        return None
    blame: Blame = "ENV" if isinstance(error, EnvironmentFailure) else "HARNESS"
    heading = mask(error.heading)
    return Cause(blame=blame, fingerprint=fingerprint(blame, heading), told=heading)
