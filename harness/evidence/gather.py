"""Fills the record of a scenario with what was recorded along with it: bounded, and without secrets."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from harness.evidence.collector import Evidence
from harness.evidence.logs import log_part
from harness.evidence.masking import HIDDEN, mask
from harness.evidence.record import EventRecord, ExchangeRecord, LogLine, LogRecord, Record
from harness.evidence.stored import add_stored
from harness.liveness import dead_workloads
from harness.stack import Stack

BOUND = 1_800_000  # bytes of a record as JSON, so that a page stays below two megabytes
_LOG = 128 * 1024  # bytes of a log that are read, from its end
_LINES = 600  # of a log
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?")


def gather(record: Record, evidence: Evidence) -> Record:
    """Return the record with exchanges, logs, readiness and what the platform has stored, masked and bounded."""
    exchanges = evidence.exchanges
    record.exchanges = [ExchangeRecord.model_validate(each, from_attributes=True) for each in exchanges]
    if stack := evidence.stack:
        record.environment, record.standins = stack.environment, stack.standins
        record.logs = list(_logs(stack, evidence))
        record.readiness = list(_readiness(stack, record))
        add_stored(record, stack, exchanges)
    return bounded(without_secrets(record, evidence.secrets))


def without_secrets(record: Record, secrets: Iterable[str] = ()) -> Record:
    """Return a record in which no text has a secret: those given, and what looks like one."""
    return Record.model_validate(_masked(record.model_dump(), tuple(secrets)))


def bounded(record: Record, bound: int = BOUND) -> Record:
    """Return a record of at most `bound` bytes of JSON: the oldest log lines go, then bodies, then spans' tags."""
    while (size := len(record.model_dump_json())) > bound:
        longest = max(record.logs, key=lambda log: sum(len(line.text) for line in log.lines), default=None)
        if longest and len(longest.lines) > 20:
            half = len(longest.lines) // 2
            longest.left_out += sum(len(line.text.encode()) + 1 for line in longest.lines[:half])
            longest.lines = longest.lines[half:]
        elif any(len(each.request) + len(each.answer) > 400 for each in record.exchanges):
            for each in record.exchanges:
                each.request, each.answer = _cut(each.request, 200), _cut(each.answer, 200)
            record.notes.append("bodies of exchanges were cut: the record was too long")
        elif any(span.tags for span in record.spans):
            for span in record.spans:
                span.tags = {}
            record.notes.append("tags of spans were left out: the record was too long")
        elif any(getattr(record, name) for name in ("orchestrator", "lineage", "spans", "exchanges", "logs")):
            for name in ("orchestrator", "lineage", "spans", "exchanges", "logs"):
                setattr(record, name, getattr(record, name)[-20:] if len(getattr(record, name)) > 20 else [])
            record.notes.append("events were left out: the record was too long")
        else:
            record.told = _cut(record.told, max(len(record.told) - (size - bound), 1000))
            return record
    return record


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}… (cut)"


def _logs(stack: Stack, evidence: Evidence) -> Iterable[LogRecord]:
    for workload in stack.workloads:
        if workload.log is None:
            continue
        lines, left_out = log_part(workload.log, evidence.marks.get(workload.name, 0), _LINES, most=_LOG)
        if lines:
            yield LogRecord(workload=workload.name, lines=list(_timed(lines)), left_out=left_out)


def _timed(lines: Iterable[str]) -> Iterable[LogLine]:
    at: float | None = None
    for line in lines:
        at = _time_of(line) or at
        yield LogLine(at=at, text=line)


def _time_of(line: str) -> float | None:
    """Return the time that a line says, in the machine's zone where it names none."""
    if (found := _TIME.search(line[:120])) is None:
        return None
    try:
        return datetime.fromisoformat(found[0].replace(",", ".")).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _readiness(stack: Stack, record: Record) -> Iterable[EventRecord]:
    for workload in stack.workloads:
        if workload.created and workload.ready_seconds is not None:
            ready = workload.created + workload.ready_seconds
            if record.begun <= ready <= record.ended:
                yield EventRecord(at=ready, title="ready", of=workload.name, details=workload.ready_by)
    for name in dead_workloads(stack):
        details = "its process has ended; when is not known, this is when it was noticed"
        yield EventRecord(at=min(record.ended, time.time()), title="gone", of=name, bad=True, details=details)


def _masked(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return mask(value, secrets)
    if isinstance(value, list):
        return [_masked(each, secrets) for each in value]
    if isinstance(value, dict):
        return {key: HIDDEN if _names_a_secret(key, each) else _masked(each, secrets) for key, each in value.items()}
    return value


def _names_a_secret(key: str, value: Any) -> bool:
    return isinstance(value, str) and mask(f"{key}=hidden") != f"{key}=hidden"
