"""Dagster's client: its GraphQL API, the one that its own web page uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError
from harness.systems.http import MakeClient, answer, plain_client
from harness.wait import NotYet, wait_for

_ENDED_BADLY = {"FAILURE", "CANCELED"}

_REPOSITORY = """
query ($selector: RepositorySelector!) { repositoryOrError(repositorySelector: $selector) {
  __typename ... on PythonError { message } ... on RepositoryNotFoundError { message }
  ... on Repository {
    jobs { name }
    schedules { name cronSchedule pipelineName scheduleState { status } }
    sensors { name targets { pipelineName } sensorState { status } }
    assetNodes { assetKey { path } dependencyKeys { path } groupName computeKind
                 assetChecksOrError { ... on AssetChecks { checks { name } } } } } } }"""

_LOCATIONS = """
query { workspaceOrError { __typename ... on PythonError { message } ... on Workspace { locationEntries {
  name loadStatus locationOrLoadError { __typename ... on PythonError { message }
    ... on RepositoryLocation { repositories { name } } } } } } }"""

_DAEMONS = """
query { instance { daemonHealth { allDaemonStatuses {
  daemonType required healthy lastHeartbeatErrors { message } } } } }"""

_LAUNCH = """
mutation ($params: ExecutionParams!) { launchPipelineExecution(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on PipelineNotFoundError { message } ... on UnauthorizedError { message }
  ... on RunConfigValidationInvalid { errors { message } } } }"""

_RUN = """
query ($id: ID!) { runOrError(runId: $id) {
  __typename ... on PythonError { message } ... on RunNotFoundError { message }
  ... on Run { status jobName startTime endTime tags { key value }
    stepStats { stepKey status } } } }"""

_EVENTS = """
query ($id: ID!, $after: String) { logsForRun(runId: $id, afterCursor: $after, limit: 1000) {
  __typename ... on PythonError { message }
  ... on EventConnection { cursor hasMore events {
    __typename ... on MessageEvent { message level stepKey eventType timestamp }
    ... on ExecutionStepFailureEvent { error { message stack cause { message } } }
    ... on RunFailureEvent { error { message } }
    ... on EngineEvent { error { message cause { message } } }
    ... on MaterializationEvent { assetKey { path } }
    ... on AssetCheckEvaluationEvent { evaluation { success checkName severity assetKey { path } } } } } } }"""


class DagsterFault(HarnessError):
    """Dagster could not do what it was asked for, or a run failed."""


@dataclass(frozen=True)
class Asset:
    """An asset of a code location: its name, and those it depends on directly."""

    name: str
    inputs: frozenset[str]
    group: str
    checks: frozenset[str]


@dataclass(frozen=True)
class Repository:
    """What a code location holds: job names, schedules and sensors by name, assets by name."""

    jobs: frozenset[str]
    schedules: Mapping[str, Mapping[str, Any]]
    sensors: Mapping[str, Mapping[str, Any]]
    assets: Mapping[str, Asset]


class Dagster:
    """Talks to a webserver about one code location.

    `url`: the webserver's base. `location`: the code location's name.
    """

    def __init__(self, url: str, *, location: str, make_client: MakeClient = plain_client) -> None:
        self.location = location
        self._http = make_client(url, timeout=60.0)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return `data` of a GraphQL query; raises DagsterFault when the answer has errors."""
        body = answer(self._http.post("/graphql", json={"query": query, "variables": variables}))
        if body.get("errors"):
            raise DagsterFault("Dagster refused a query", actual="\n".join(e["message"] for e in body["errors"]))
        data: dict[str, Any] = body["data"]
        return data

    def locations(self) -> dict[str, str | None]:
        """Return each code location with the error that keeps it from loading, or None."""
        workspace = _expect(self.ask(_LOCATIONS)["workspaceOrError"], "Workspace", "list the code locations")
        return {
            entry["name"]: (entry["locationOrLoadError"] or {}).get("message", "")
            if (entry["locationOrLoadError"] or {}).get("__typename") != "RepositoryLocation"
            else None
            for entry in workspace["locationEntries"]
        }

    def _repository_name(self) -> str:
        workspace = _expect(self.ask(_LOCATIONS)["workspaceOrError"], "Workspace", "list the code locations")
        for entry in workspace["locationEntries"]:
            if entry["name"] == self.location:
                loaded = _expect(entry["locationOrLoadError"], "RepositoryLocation", f"load location {self.location}")
                return str(loaded["repositories"][0]["name"])
        known = ", ".join(entry["name"] for entry in workspace["locationEntries"]) or "none"
        raise DagsterFault(f"no code location {self.location!r}", expected=self.location, actual=f"there are: {known}")

    def _selector(self) -> dict[str, str]:
        return {"repositoryLocationName": self.location, "repositoryName": self._repository_name()}

    def repository(self) -> Repository:
        """Return what the code location holds."""
        found = self.ask(_REPOSITORY, selector=self._selector())["repositoryOrError"]
        body = _expect(found, "Repository", f"read location {self.location}")
        assets = [
            Asset(
                name=_key(node["assetKey"]),
                inputs=frozenset(_key(key) for key in node["dependencyKeys"]),
                group=node["groupName"],
                checks=frozenset(check["name"] for check in (node["assetChecksOrError"] or {}).get("checks", ())),
            )
            for node in body["assetNodes"]
        ]
        return Repository(
            jobs=frozenset(job["name"] for job in body["jobs"] if not job["name"].startswith("__")),
            schedules={row["name"]: row for row in body["schedules"]},
            sensors={row["name"]: row for row in body["sensors"]},
            assets={asset.name: asset for asset in assets},
        )

    def daemons(self) -> dict[str, bool]:
        """Return whether each required daemon is healthy."""
        rows = self.ask(_DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
        return {row["daemonType"]: bool(row["healthy"]) for row in rows if row["required"]}

    def launch(self, job: str, tags: Mapping[str, str] | None = None) -> str:
        """Launch a run of a job, and return its id; raises DagsterFault."""
        params = {
            "selector": {**self._selector(), "jobName": job},
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in (tags or {}).items()]},
        }
        launched = self.ask(_LAUNCH, params=params)["launchPipelineExecution"]
        return str(_expect(launched, "LaunchRunSuccess", f"launch {job}")["run"]["runId"])

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a run: `status`, `jobName`, `startTime`, `endTime` (seconds), `tags`, `stepStats`."""
        return _expect(self.ask(_RUN, id=run_id)["runOrError"], "Run", f"read run {run_id}")

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """Return all events of a run, oldest first."""
        events: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = self.ask(_EVENTS, id=run_id, after=after)["logsForRun"]
            page = _expect(page, "EventConnection", f"read the events of run {run_id}")
            events += page["events"]
            if not page["hasMore"]:
                return events
            after = page["cursor"]

    def wait(self, run_id: str, limit: float, *, alive: Callable[[], str | None] = lambda: None) -> dict[str, Any]:
        """Wait until a run has succeeded, `limit` seconds at most, and return it.

        Raises DagsterFault with the run's error events as soon as it has failed, and WaitTimeout.
        """

        def ended() -> dict[str, Any]:
            run = self.run(run_id)
            if run["status"] in _ENDED_BADLY:
                raise self._failure(run_id, run)
            if run["status"] != "SUCCESS":
                steps = ", ".join(f"{step['stepKey']} {step['status']}" for step in run["stepStats"] or ())
                raise NotYet(f"run {run_id} of {run['jobName']} is {run['status']} ({steps or 'no step yet'})")
            return run

        return wait_for(f"run {run_id} has succeeded", ended, limit, alive=alive, longest_pause=0.5)

    def _failure(self, run_id: str, run: Mapping[str, Any]) -> DagsterFault:
        errors = "\n".join(error_lines(self.events(run_id))) or "no error event"
        return DagsterFault(
            f"run {run_id} of {run['jobName']} ended with {run['status']}",
            expected="SUCCESS",
            actual=run["status"],
            evidence=errors,
        )

    def materializations(self, run_id: str) -> set[str]:
        """Return the assets that a run has materialized."""
        return {
            _key(event["assetKey"])
            for event in self.events(run_id)
            if event["__typename"] == "MaterializationEvent" and event.get("assetKey")
        }

    def check_results(self, run_id: str) -> dict[str, bool]:
        """Return the asset checks that a run has evaluated: `<asset>.<check>` -> held."""
        evaluations = [event["evaluation"] for event in self.events(run_id) if event.get("evaluation")]
        return {f"{_key(row['assetKey'])}.{row['checkName']}": bool(row["success"]) for row in evaluations}


def error_lines(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what a run's events say went wrong: step, first line, and the cause where there is one."""
    lines: list[str] = []
    for event in events:
        error = event.get("error")
        if not error:
            continue
        deepest = error.get("cause") or error
        where = f"{event['stepKey']}: " if event.get("stepKey") else ""
        text = f"{where}{str(deepest['message']).strip()}"
        if text not in lines:
            lines.append(text)
    return lines


def _key(key: Mapping[str, Any]) -> str:
    return "/".join(key["path"])


def _expect(union: Mapping[str, Any], wanted: str, purpose: str) -> dict[str, Any]:
    if union["__typename"] != wanted:
        said = union.get("message") or "\n".join(e["message"] for e in union.get("errors", ())) or union["__typename"]
        raise DagsterFault(f"Dagster could not {purpose}", expected=wanted, actual=str(said).strip())
    return dict(union)
