"""A record as a failed scenario leaves it, with one of everything."""

import os
import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from harness.evidence.record import (
    ContractRecord,
    EventRecord,
    ExchangeRecord,
    LogLine,
    LogRecord,
    Record,
    RootRecord,
    SpanRecord,
    StepRecord,
)

AT = 1_790_000_000.0


def contract(id: str, stage: str, state: str, *requires: str, checked: bool = False) -> ContractRecord:
    return ContractRecord(
        id=id, stage=stage, promise=f"{id} holds", requires=list(requires), state=state, checked=checked
    )


@pytest.fixture
def record() -> Record:
    return Record(
        scenario="Tables are there",
        feature="The warehouse is made",
        file="features/init_warehouse.feature",
        line=7,
        node="features/init_warehouse.feature::Tables are there",
        tags=["init", "req:F-12"],
        status="failed",
        environment="local",
        standins=["polaris"],
        begun=AT,
        ended=AT + 2,
        told="catalog.namespace-located: there is no namespace 'gold'",
        repeat="pytest 'features/init_warehouse.feature::Tables are there' --env=local",
        steps=[
            StepRecord(keyword="Given", name="a warehouse", line=8, begun=AT, ended=AT + 0.5, status="passed"),
            StepRecord(keyword="Then", name="every namespace", line=9, begun=AT + 0.5, ended=AT + 2, status="failed"),
            StepRecord(keyword="And", name="no other", line=10),
        ],
        roots=[
            RootRecord(
                contract="catalog.namespace-located",
                stage="init",
                subject="gold",
                expected="gold at s3://iceberg-gold/gold/",
                actual="404",
                mend="run the init job again",
                broke_with=["semantic.answers"],
            )
        ],
        judged=True,
        contracts=[
            contract("catalog.running", "init", "held"),
            contract("catalog.namespace-located", "init", "broken", "catalog.running", checked=True),
            contract("semantic.answers", "semantic", "not judged", "catalog.namespace-located"),
        ],
        exchanges=[
            ExchangeRecord(
                begun=AT + 0.6,
                milliseconds=120,
                method="GET",
                url="http://127.0.0.1:8181/namespaces/gold",
                status=404,
                answer='{"error":"NoSuchNamespaceException"}',
                curl="curl -i -X GET http://127.0.0.1:8181/namespaces/gold",
            )
        ],
        spans=[
            SpanRecord(
                trace_id="0" * 31 + "1", span_id="1", parent_id=None, service="polaris", name="GET", begun=AT, seconds=1
            )
        ],
        lineage=[EventRecord(at=AT + 1, title="COMPLETE", of="raw_orders", details="(nothing) → bronze.raw_orders")],
        orchestrator=[EventRecord(at=AT + 1, title="STEP_START raw_orders", of="run 0123")],
        readiness=[EventRecord(at=AT + 1.5, title="gone", of="polaris", bad=True)],
        faults=[EventRecord(at=AT + 0.1, title="namespace dropped", of="gold")],
        logs=[
            LogRecord(workload="polaris", lines=[LogLine(at=AT + 0.6, text="ERROR no namespace gold")], left_out=123456)
        ],
    )


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
# Needs a browser, which no package index has; the content of the page is tested without one.
collect_ignore = [] if CHROMIUM and DRIVER else ["test_in_a_browser.py"]


def pytest_terminal_summary(terminalreporter) -> None:
    """Say so where the page is not tried in a browser."""
    if collect_ignore:
        terminalreporter.write_line("no chromium and chromedriver on PATH: the viewer was not tried in a browser")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    folder = tmp_path_factory.mktemp("chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own does not work for root
    for argument in ("--headless=new", "--window-size=1400,1400", f"--user-data-dir={folder}", *sandbox):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, service=Service(DRIVER))
    yield driver
    driver.quit()
