"""A record as a failed scenario leaves it, with one of everything."""

import pytest

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
