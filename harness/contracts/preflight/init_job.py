"""The job that makes the warehouse: it is there, and speaks to the catalog as the catalog wants it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import preflight
from harness.contracts.registry import Case
from harness.errors import Location
from harness.workloads import Deployment, Workload, subject
from harness.workloads.documents import parse

_JOBS = frozenset({"Job", "CronJob", "Process"})
_CALLED = "/oauth/tokens"
_JSON_HEADER = re.compile(r"content-type\W{1,6}application/json", re.IGNORECASE)
_JSON_BODY = re.compile(r"\bjson\s*=|--json\b|JSON\.stringify|(?:-d|--data(?:-raw)?)\s*['\"]?\s*\{")
_FORM = re.compile(r"x-www-form-urlencoded|grant_type=|\bdata\s*=|--data-urlencode", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"^\s*(?:export\s+|const\s+|let\s+)?([A-Za-z_]\w*)\s*=[^\n]*/oauth/tokens['\"}]*;?\s*$", re.MULTILINE
)
_MAKES_CATALOG = re.compile(r"/api/management/v1/catalogs|storageConfigInfo|catalog[_-]init|polaris.*catalogs create")
_OBJECT, _ACT = "(?:catalog|polaris|warehouse|lake)", "(?:init|bootstrap|setup|create)"
_INIT_NAME = re.compile(rf"{_OBJECT}\S*{_ACT}|{_ACT}-?{_OBJECT}")
_WITHIN = 400  # characters of a call after the path, where it is not one line


def texts_of_jobs(deployment: Deployment) -> Iterator[tuple[Workload, str]]:
    """Yield every job that makes the catalog, with its script and the ConfigMaps that it reads."""
    for workload in deployment.workloads:
        if workload.kind in _JOBS:
            whole = "\n".join(text for _, text in _texts(deployment, workload))
            if _MAKES_CATALOG.search(whole) or _INIT_NAME.search(workload.name):
                yield workload, whole


def _texts(deployment: Deployment, workload: Workload) -> Iterator[tuple[str, str]]:
    """Yield what a workload runs and reads: its command, and the ConfigMaps that it mounts."""
    for container in workload.containers:
        yield subject(workload, container), container.script
    for volume in workload.volumes:
        for ref in volume.refs:
            config = deployment.config(ref, workload.namespace)
            for key, text in (config.texts if config else {}).items():
                if ref.key in (None, key) and key != "platform.yaml":
                    yield f"{subject(workload)}/{key}", text


def storage_configs(deployment: Deployment) -> Iterator[tuple[str, Location | None, Mapping[str, Any]]]:
    """Yield every storageConfigInfo that a ConfigMap or a job's command holds, with the name and place of either."""
    texts = [
        (f"configmap/{config.name}", config.location, text)
        for config in deployment.objects.configs
        for text in config.texts.values()
    ]
    texts += [
        (subject(workload, container), container.location, container.script)
        for workload, container in deployment.containers()
        if workload.kind in _JOBS
    ]
    for name, location, text in texts:
        if "storageConfigInfo" in text:
            found = _find(parse(text), 0) or _embedded(text)
            if found is not None:
                yield name, location, found


def _find(content: Any, depth: int) -> Mapping[str, Any] | None:
    if not isinstance(content, Mapping) or depth > 4:
        return None
    inner = content.get("storageConfigInfo")
    if isinstance(inner, Mapping):
        return inner
    return next((found for value in content.values() if (found := _find(value, depth + 1)) is not None), None)


def _embedded(script: str) -> Mapping[str, Any] | None:
    """Return the storageConfigInfo of a JSON text that stands inside a script."""
    start = script.find("{", script.find("storageConfigInfo"))
    try:
        found, _ = json.JSONDecoder().raw_decode(script, start) if start >= 0 else (None, 0)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def _off(values: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the switches of an init job that charts' values set to false."""
    if isinstance(values, Mapping) and len(path) < 8:
        for key, value in values.items():
            here = (*path, str(key))
            words = ".".join(here[:-1]).lower()
            if key == "enabled" and value is False and re.search(r"init|bootstrap|warehouse", words):
                yield ".".join(here)
            yield from _off(value, here)


def _whether_looked_at(deployment: Deployment) -> str | None:
    catalogs = deployment.by_component.get("catalog", ())
    if not any(workload.long_running for workload in catalogs):
        return "no catalog is deployed with it"
    if any(workload.origin == "cluster" for workload in catalogs):
        return "a cluster keeps no job that has ended"
    return None


@preflight(
    "catalog.init-job-there",
    promise="What deploys the catalog deploys the job that makes its warehouse, too.",
    mend="switch the init job on again, and mend why it was switched off; `helm template` without --no-hooks prints it",
    applies=_whether_looked_at,
)
def init_job_there(deployment: Deployment) -> None:
    if any(True for _ in texts_of_jobs(deployment)) or _initialised_by_a_container(deployment):
        return
    switches = [name for values in deployment.values for name in _off(values)]
    orphans = [
        config.name
        for config in deployment.objects.configs
        if any(_MAKES_CATALOG.search(text) for text in config.texts.values())
    ]
    # A warehouse can be made in many ways; a switch, or a script that nothing runs, proves that this one was meant.
    if switches or orphans or deployment.complete:
        why = f"{', '.join(switches)} is false" if switches else f"nothing runs {', '.join(orphans)}" if orphans else ""
        raise Breach(
            "nothing makes the warehouse",
            expected="a Job that makes the catalog and its namespaces",
            actual=f"no such Job; {why}" if why else "no such Job",
            subject="catalog",
            location=next((w.location for w in deployment.by_component.get("catalog", ())), None),
        )


def _initialised_by_a_container(deployment: Deployment) -> bool:
    return any(_MAKES_CATALOG.search(c.script) for w in deployment.workloads for c in w.containers)


def _each_call(deployment: Deployment) -> Iterator[Case]:
    """Yield every request for a token that a job's script makes."""
    for workload in deployment.workloads:
        if workload.kind in _JOBS or any(container.init for container in workload.containers):
            for name, text in _texts(deployment, workload):
                for call in _calls(text):
                    yield Case(name, {"call": call}, workload.location)


def _calls(script: str) -> Iterator[str]:
    """Yield each command, or call, that asks for a token: the lines that belong to it."""
    script = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*(?:#|//).*\n?", "", script))
    named = [name for name in _ASSIGNED.findall(script) if len(name) > 1]
    asked = re.compile("|".join([re.escape(_CALLED), *(rf"\b{name}\b" for name in named)]))
    for found in asked.finditer(script):
        start = script.rfind("\n", 0, found.start()) + 1
        end = script.find("\n", found.end())
        line = script[start : end if end >= 0 else len(script)]
        if line.count("(") > line.count(")") and "curl" not in line:  # a call goes on until its bracket closes
            line = script[start : start + _until_closed(script[start : found.end() + _WITHIN])]
        yield line


def _until_closed(text: str) -> int:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth <= 0:
            return place + 1
    return len(text)


@preflight(
    "catalog.token-asked-by-form",
    promise="A job asks the catalog for its token by a form, not in JSON.",
    mend="send grant_type, client_id, client_secret and scope form-encoded: curl -d 'grant_type=client_credentials&…'",
    each=_each_call,
)
def token_asked_by_form(deployment: Deployment, call: str) -> None:
    header, body = _JSON_HEADER.search(call), _JSON_BODY.search(call)
    found = header or (body if not _FORM.search(call) else None)
    if found:
        raise Breach(
            "the token request is JSON; OAuth2 takes a form (RFC 6749, 4.4.2)",
            expected="Content-Type: application/x-www-form-urlencoded",
            actual=found[0].strip(),
            evidence="Polaris answers 415",
        )
