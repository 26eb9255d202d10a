"""A record is filled with what its scenario caused, bounded and without secrets, whatever the logs hold."""

import os
import time

import pytest

from harness.evidence import Evidence
from harness.evidence.gather import BOUND, bounded, gather
from harness.evidence.logs import log_part
from harness.evidence.record import ExchangeRecord, LogLine, LogRecord, Record
from harness.stack import Stack, WorkloadState
from tests.stacks import a_stack

SECRET = "0123456789abcdef0123"


@pytest.fixture
def stack(tmp_path) -> Stack:
    (tmp_path / "secrets.json").write_text(f'{{"polaris-client-secret": "{SECRET}"}}')
    names = ("polaris", "jaeger")
    for name in names:
        (tmp_path / f"{name}.log").write_text("of before\n")
    return a_stack(
        tmp_path,
        workloads=[WorkloadState(name=n, component=n, kind="real", log=tmp_path / f"{n}.log") for n in names],
    )


def record(**given: object) -> Record:
    now = time.time()
    fixed = {"scenario": "s", "feature": "f", "file": "x.feature", "line": 1, "node": "x.feature::s"}
    return Record(**{**fixed, "status": "failed", "begun": now, "ended": now + 1, **given})


def gathered(stack: Stack, write, **given: object) -> Record:
    evidence = Evidence()
    evidence.begin(stack)
    write()
    return gather(record(**given), evidence)


def append(stack: Stack, content: bytes):
    def write() -> None:
        with stack.workload("polaris").log.open("ab") as log:
            log.write(content)

    return write


def test_logs_are_cut_to_the_scenario(stack):
    (log,) = gathered(stack, append(stack, b"2026-11-24T10:00:00Z new\nmore\n")).logs
    assert log.workload == "polaris"
    assert [line.text for line in log.lines] == ["2026-11-24T10:00:00Z new", "more"]
    assert log.lines[0].at == log.lines[1].at == 1795514400.0
    assert log.left_out == 0


def test_logs_may_hold_anything(stack):
    (log,) = gathered(stack, append(stack, b"\xff\xfe \x1b[31mred\x1b[0m \x00</script>\n9999-99-99 99:99:99\n")).logs
    assert log.lines[0].text.endswith("red </script>")
    assert log.lines[1].at is None


def test_of_a_huge_log_the_end_is_read_and_the_rest_told(stack):
    path = stack.workload("polaris").log

    def write() -> None:
        with path.open("r+b") as log:
            log.truncate(2**30)  # a gigabyte of nothing
            log.seek(0, 2)
            log.write(b"\nthe end\n")

    (log,) = gathered(stack, write).logs
    assert log.lines[-1].text == "the end"
    assert log.left_out > 2**30 - 200_000


def test_what_is_left_out_and_what_is_shown_is_all_of_it(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"before\n" + b"".join(b"line %d\n" % number for number in range(100)))
    lines, left_out = log_part(path, len(b"before\n"), 10)
    assert lines == [f"line {number}" for number in range(90, 100)]
    assert left_out + sum(len(line) + 1 for line in lines) == os.path.getsize(path) - len(b"before\n")


def test_no_secret_is_in_a_record(stack):
    exchange = ExchangeRecord(
        begun=1, milliseconds=1, method="GET", url="/", status=200, answer_headers={"client_secret": "hunter22hunter"}
    )
    found = gathered(
        stack, append(stack, f"token={SECRET} password=hunter2hunter2\n".encode()), told=f"sent {SECRET}"
    ).model_dump_json()
    assert SECRET not in found
    assert "hunter2" not in found
    evidence = Evidence()
    evidence.begin(stack)
    assert "hunter22" not in gather(record(exchanges=[exchange]), evidence).model_dump_json()


def test_systems_that_do_not_answer_are_told_and_do_not_stop_it(stack):
    stack.endpoints.update({"trace-store": "http://127.0.0.1:9", "lineage-store": "http://127.0.0.1:9"})
    (stack.folder / "results").mkdir()
    (stack.folder / "results" / "bronze.json").write_text('{"result": {"trace_id": "%s"}}' % ("a" * 32))
    notes = gathered(stack, lambda: None).notes
    assert [note.split(" could")[0] for note in notes] == ["spans", "lineage events"]


def test_a_record_is_bounded(stack):
    logs = [
        LogRecord(workload=f"w{n}", lines=[LogLine(at=None, text="ü" * 300) for _ in range(600)]) for n in range(12)
    ]
    body = "x" * 4000
    exchanges = [
        ExchangeRecord(begun=1, milliseconds=1, method="GET", url="/", status=200, request=body, answer=body)
    ] * 50
    found = bounded(record(logs=logs, exchanges=exchanges))
    assert len(found.model_dump_json().encode()) <= 2 * BOUND
    assert len(found.model_dump_json()) <= BOUND
    assert all(log.lines for log in found.logs)
    assert any(log.left_out for log in found.logs)


def test_even_a_record_of_nothing_but_text_ends(stack):
    assert len(bounded(record(told="y" * 5_000_000)).model_dump_json()) < BOUND + 2000
