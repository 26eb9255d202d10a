"""Writes the record and the page of each scenario that failed, and with `--record=on` of every other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any, Literal

import pytest

from fixtures.checked import checked
from fixtures.fault import FAULT, INJECTED
from fixtures.feature_files import FeatureFile
from fixtures.probe import EVIDENCE
from fixtures.recording import RECORDING, Recording
from fixtures.repeat_command import repeat_command
from fixtures.results_folder import results_folder
from harness.contracts import Breach
from harness.errors import HarnessError
from harness.evidence.record import ContractRecord, EventRecord, Record, RootRecord, Status, StepRecord
from harness.whole_file import write_whole
from reports.roots import VERDICT

FOLDER = "failures"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option; pytest has a `--trace` of its own, which starts a debugger."""
    group = parser.getgroup("floe-harness")
    group.addoption(
        "--record",
        choices=("on", "failed", "off"),
        default="failed",
        help="pages of which scenarios are written: all, those that failed (default), none",
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Take away what an earlier run has left; the pages are of one run."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    for file in (results_folder(config) / FOLDER).glob("*.*"):
        if file.suffix in (".html", ".json"):
            file.unlink(missing_ok=True)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)  # the outermost: the report has been told by then
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
    """Write the page while the stack is as the scenario has left it."""
    outcome = yield
    report = outcome.get_result()
    wanted = item.config.getoption("record")
    if not isinstance(item.parent, FeatureFile) or report.when != "call" or RECORDING not in item.stash:
        return
    if (report.failed and wanted != "off") or wanted == "on":
        file = write(_record(item, report, call), results_folder(item.config) / FOLDER)
        report.user_properties.append(("record", str(file)))


def status_of(report: pytest.TestReport, error: BaseException | None) -> Status:
    """Return failed where the platform broke a contract, broken where the environment or the harness is to blame."""
    if not report.failed:
        return "passed"
    return "failed" if isinstance(error, Breach | AssertionError) else "broken"


def write(record: Record, folder: Path) -> Path:
    """Write `<slug>.json` and `<slug>.html`, each whole or not at all; return the record's path."""
    from reports.viewer import page

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{slug(record.node)}.json"
    for path, text in ((file, record.model_dump_json()), (file.with_suffix(".html"), page(record))):
        write_whole(path, text.encode(errors="replace"))
    return file


def slug(node: str) -> str:
    """Return a file's name for a scenario: its words, and a digest that tells it from others of the same words."""
    file, _, name = node.partition("::")
    words = re.sub(r"[^a-z0-9]+", "-", f"{Path(file).stem} {name}".lower()).strip("-")
    return f"{words[:80].strip('-')}-{hashlib.sha256(node.encode()).hexdigest()[:6]}"


def _record(item: pytest.Item, report: pytest.TestReport, call: pytest.CallInfo[Any]) -> Record:
    from harness.evidence import Evidence
    from harness.evidence.gather import gather

    recording = item.stash[RECORDING]
    told: dict[str, Any] = dict(report.user_properties)
    roots = [RootRecord(**root) for root in told.get("roots") or []]
    error = call.excinfo.value if call.excinfo else None
    record = Record(
        scenario=recording.scenario.name,
        feature=recording.feature.name or "",
        file=item.nodeid.partition("::")[0],
        line=recording.scenario.line_number,
        node=item.nodeid,
        description="\n".join(part for part in (recording.feature.description, recording.scenario.description) if part),
        tags=sorted(recording.feature.tags | recording.scenario.tags),
        status=status_of(report, error),
        begun=recording.begun,
        ended=recording.ended or call.stop,
        told=str(report.longrepr or ""),
        repeat=repeat_command(item.config, item.nodeid),
        steps=_steps(recording),
        roots=roots,
        faults=_faults(item.config),
        contracts=_contracts(checked(item.config), {root.contract for root in roots}) if report.failed else [],
    )
    if isinstance(error, HarnessError) and not roots and report.failed:
        record.notes.append(f"the scenario itself found no contract broken: {error.heading}")
    return gather(record, item.config.stash.get(EVIDENCE, None) or Evidence())


def _steps(recording: Recording) -> list[StepRecord]:
    found = []
    for step in recording.scenario.steps:
        times = recording.steps.get(id(step), [])
        ended = times[1] if len(times) > 1 else None
        status: Literal["passed", "failed", "skipped"]
        status = "failed" if step is recording.failed else "passed" if ended else "skipped"
        found.append(
            StepRecord(
                keyword=step.keyword,
                name=step.name,
                line=step.line_number,
                begun=times[0] if times else None,
                ended=ended,
                status=status,
            )
        )
    return found


def _faults(config: pytest.Config) -> list[EventRecord]:
    if FAULT not in config.stash:
        return []
    fault = config.stash[FAULT]
    at = config.stash.get(INJECTED, None)
    return [EventRecord(at=at, title=f"injected: {fault.id}", of=fault.named_by or "", bad=True, details=fault.title)]


def _contracts(ids: list[str], broken: set[str]) -> list[ContractRecord]:
    from harness.contracts.registry import all_contracts

    return [
        ContractRecord(
            id=one.id,
            stage=one.stage,
            promise=one.promise,
            requires=list(one.requires),
            checked=one.id in ids,
            state="broken" if one.id in broken else "held" if one.id in ids and not broken else "not judged",
        )
        for one in all_contracts()
    ]


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the roots', which makes the verdict before anything is told
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Generator[None, object, object]:
    """Put the run's root causes into the pages, and tell where they are."""
    result = yield
    files = [
        Path(told["record"])
        for key in ("failed", "passed")
        for report in terminalreporter.stats.get(key, [])
        if (told := dict(getattr(report, "user_properties", ()))).get("record")
    ]
    if files:
        from reports.judged import judged

        terminalreporter.section("pages")
        for file in files:
            if VERDICT in config.stash:
                record = Record.model_validate_json(file.read_text(encoding="utf-8"))
                write(judged(record, config.stash[VERDICT]), file.parent)
            terminalreporter.write_line(f"  {_relative(file.with_suffix('.html'), config)}")
    return result


def _relative(file: Path, config: pytest.Config) -> Path:
    folder = Path(config.invocation_params.dir)
    return file.relative_to(folder) if file.is_relative_to(folder) else file
