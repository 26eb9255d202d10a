"""What a failed scenario's result carries: the parts of its record, each as a file that can be read by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.evidence.record import EventRecord, Record, RootRecord, SpanRecord

_BARS = 60  # characters of the longest bar


@dataclass(frozen=True)
class Attachment:
    """A file: what Allure calls it, its type, the end of its name, and its text."""

    name: str
    type: str
    end: str
    text: str


def attachments(record: Record) -> Iterator[Attachment]:
    """Yield the files of a record; those that would be empty are left out."""
    from reports.viewer import page

    yield Attachment("failure page", "text/html", "page-attachment.html", page(record))
    yield Attachment("diagnosis", "text/plain", "diagnosis-attachment.txt", diagnosis(record))
    dumped = record.model_dump(mode="json")
    if record.exchanges:
        yield Attachment("HTTP exchanges", "application/json", "http-attachment.json", _json(dumped["exchanges"]))
    if record.spans:
        yield Attachment("trace", "application/json", "trace-attachment.json", _json(dumped["spans"]))
        yield Attachment("trace as a waterfall", "text/plain", "waterfall-attachment.txt", waterfall(record.spans))
    if record.lineage:
        yield Attachment("lineage events", "text/plain", "lineage-attachment.txt", _events(record.lineage))
    if record.orchestrator:
        yield Attachment("orchestrator", "text/plain", "orchestrator-attachment.txt", _events(record.orchestrator))
    for log in record.logs:
        text = "\n".join(line.text for line in log.lines)
        left = f"({log.left_out} bytes before this are left out)\n" if log.left_out else ""
        yield Attachment(f"log of {log.workload}", "text/plain", f"log-{log.workload}-attachment.txt", left + text)


def diagnosis(record: Record) -> str:
    """Return the roots as text, and the sums of the contracts."""
    told = [_root(root) for root in record.roots] or ["no broken contract was found", record.told]
    sums = ", ".join(
        f"{sum(one.state == state for one in record.contracts)} {state}" for state in ("held", "broken", "not judged")
    )
    return "\n\n".join([*told, f"contracts: {sums}"])


def waterfall(spans: Sequence[SpanRecord]) -> str:
    """Return spans as lines with bars along time, each trace by itself, children below their parents."""
    if not spans:
        return ""
    begun = min(span.begun for span in spans)
    length = max(max(span.begun + span.seconds for span in spans) - begun, 1e-6)
    children: dict[str | None, list[SpanRecord]] = {}
    known = {span.span_id for span in spans}
    for span in sorted(spans, key=lambda span: span.begun):
        children.setdefault(span.parent_id if span.parent_id in known else None, []).append(span)
    lines, seen = [], set[str]()
    open_ones = [(span, 0) for span in reversed(children.get(None, []))]
    while open_ones:
        span, depth = open_ones.pop()
        if span.span_id in seen:
            continue
        seen.add(span.span_id)
        start = int(_BARS * (span.begun - begun) / length)
        bar = " " * start + "█" * max(1, int(_BARS * span.seconds / length))
        name = f"{'  ' * depth}{span.service}: {span.name}"
        lines.append(f"{bar:<{_BARS + 1}} {1000 * span.seconds:9.1f} ms  {name}{'  FAILED' if span.failed else ''}")
        open_ones.extend((child, depth + 1) for child in reversed(children.get(span.span_id, [])))
    return "\n".join(lines)


def _root(root: RootRecord) -> str:
    lines = [f"{root.contract}  broken at stage {root.stage}"]
    for label in ("subject", "expected", "actual", "location", "mend", "found_by"):
        if value := getattr(root, label):
            lines.append(f"  {label.replace('_', ' '):<9} {value}")
    return "\n".join([*lines, *([f"  broke with it: {', '.join(root.broke_with)}"] if root.broke_with else [])])


def _events(events: Sequence[EventRecord]) -> str:
    return "\n".join(f"{event.title}  {event.of}  {event.details}".rstrip() for event in events)


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
