"""The parts of a record can each be read by itself."""

from harness.evidence.record import Record, SpanRecord
from reports.allure.attachments import attachments, waterfall


def span(id: str, parent: str | None, begun: float, seconds: float, failed: bool = False) -> SpanRecord:
    return SpanRecord(
        trace_id="t", span_id=id, parent_id=parent, service="s", name=id, begun=begun, seconds=seconds, failed=failed
    )


def test_a_waterfall_has_children_below_parents_along_one_time():
    lines = waterfall([span("child", "root", 1, 1, failed=True), span("root", None, 0, 2)]).splitlines()
    assert [line.split("ms")[1].strip() for line in lines] == ["s: root", "s: child  FAILED"]
    assert lines[0].startswith("█" * 60)
    assert lines[1].startswith(" " * 30 + "█" * 30)


def test_spans_that_are_their_own_ancestors_end():
    assert waterfall([span("a", "b", 0, 1), span("b", "a", 0, 1)]) == ""
    assert len(waterfall([span("a", "a", 0, 1), span("c", None, 0, 0)]).splitlines()) == 1


def test_what_is_empty_is_no_file():
    record = Record(scenario="s", feature="f", file="x", line=1, node="x::s", status="failed", begun=0, ended=1)
    assert [each.name for each in attachments(record)] == ["failure page", "diagnosis"]
