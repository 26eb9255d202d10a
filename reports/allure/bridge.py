"""Says in allure-pytest's results what pytest-bdd knows: steps, the example, labels, links, status, attachments.

It changes each result before it is written; allure-pytest and allure-pytest-bdd cannot be installed together.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import allure_commons
import pytest
from allure_commons.model2 import Attachment, Label, Link, Parameter, StatusDetails, TestResult, TestStepResult
from allure_commons.types import ParameterMode

from fixtures.checked import checked
from fixtures.feature_files import FeatureFile
from fixtures.options import SETTINGS
from fixtures.recording import RECORDING, Recording
from harness.evidence import mask
from harness.evidence.record import Record, Status
from reports.allure.attachments import attachments
from reports.allure.labels import history_id, labels, links
from reports.allure.settle import NODE
from reports.allure.status import headline
from reports.failures import status_of

_EXAMPLE = "_pytest_bdd_example"
_REPLACED = {"epic", "feature", "story", "suite", "parentSuite", "subSuite", "severity", "tag", "framework"}


class Bridge:
    """A plugin of pytest and of allure_commons at once, for one run; `folder`: where Allure's results go."""

    def __init__(self, config: pytest.Config, folder: Path) -> None:
        self._config = config
        self._folder = folder
        self._item: pytest.Item | None = None
        self._told: tuple[Status, StatusDetails | None] = ("passed", None)
        self._environment = config.stash[SETTINGS].environment if SETTINGS in config.stash else ""
        self._properties: list[tuple[str, object]] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Remember whose result comes next."""
        self._item, self._told, self._properties = item, ("passed", None), []
        return (yield)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
        """Remember how it ended, as the user is told it."""
        report: pytest.TestReport = (yield).get_result()
        if report.failed and call.excinfo is not None:
            error = call.excinfo.value
            details = StatusDetails(message=mask(headline(error)), trace=mask(str(report.longrepr)))
            self._told = (status_of(report, error), details)
        if report.when == "call":
            self._properties = report.user_properties

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: TestResult) -> None:
        """Fill in the result of a scenario; results of other tests are left as they are."""
        item = self._item
        if item is None or not isinstance(item.parent, FeatureFile) or RECORDING not in item.stash:
            return
        recording = item.stash[RECORDING]
        example: Mapping[str, object] = getattr(getattr(item, "callspec", None), "params", {}).get(_EXAMPLE, {})
        name = getattr(item, "originalname", None) or item.name
        tags = recording.feature.tags | recording.scenario.tags
        result.name = recording.scenario.name
        result.fullName = f"{item.nodeid.partition('::')[0]}::{name}"
        result.titlePath = [result.fullName.partition("::")[0], recording.feature.name or ""]
        result.testCaseId = history_id(result.fullName, {})
        result.historyId = history_id(result.fullName, example)
        result.description = "\n\n".join(
            part for part in (recording.feature.description, recording.scenario.description) if part
        )
        result.parameters = [Parameter(name=key, value=str(value)) for key, value in example.items()]
        result.parameters.append(
            Parameter(name=NODE, value=item.nodeid, excluded=True, mode=ParameterMode.HIDDEN.value)
        )
        if self._environment:
            result.parameters.append(Parameter(name="environment", value=self._environment, excluded=True))
        said = labels(feature=recording.feature.name or "", scenario=name, tags=tags, contracts=checked(self._config))
        result.labels = [each for each in result.labels if each.name not in _REPLACED]
        result.labels += [Label(name=key, value=value) for key, value in (*said, ("framework", "pytest-bdd"))]
        patterns = dict(self._config.option.allure_link_pattern)
        result.links += [Link(type=kind, url=url, name=text) for kind, url, text in links(tags, patterns)]
        result.steps = _steps(recording, *self._told)
        if self._told[0] != "passed":
            result.status, result.statusDetails = self._told
        record: Any = dict(self._properties).get("record")
        if record and result.status != "passed":
            result.attachments += attach(
                Record.model_validate_json(Path(record).read_text()), Path(record), self._folder
            )


def attach(record: Record, file: Path, folder: Path) -> list[Attachment]:
    """Write the files of a record into Allure's folder, in place of those of before, and return how they are named."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for each in attachments(record):
        source = f"{file.stem}-{each.end}"
        (folder / source).write_text(each.text, encoding="utf-8", errors="replace")
        found.append(Attachment(name=each.name, source=source, type=each.type))
    return found


def _steps(recording: Recording, status: Status, details: StatusDetails | None) -> list[TestStepResult]:
    found = []
    for step in recording.scenario.steps:
        times = recording.steps.get(id(step), [])
        failed = step is recording.failed
        found.append(
            TestStepResult(
                name=f"{step.keyword} {step.name}",
                status=status if failed else "passed" if len(times) > 1 else "skipped",
                statusDetails=details if failed else None,
                stage="finished" if times else "pending",
                start=round(times[0] * 1000) if times else None,
                stop=round(times[-1] * 1000) if times else None,
            )
        )
    return found
