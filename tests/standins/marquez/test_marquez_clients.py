"""The clients that the platform has work on the stand-in as on the real server."""

import uuid
from datetime import UTC, datetime

import httpx
import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import schema_dataset
from openlineage.client.transport.http import HttpConfig, HttpTransport


@pytest.fixture
def emitter(marquez):
    client = OpenLineageClient(transport=HttpTransport(HttpConfig.from_dict({"url": marquez.base, "type": "http"})))
    yield client
    client.close()


def told(state, namespace):
    column = schema_dataset.SchemaDatasetFacetFields("id", "long")
    schema = {"schema": schema_dataset.SchemaDatasetFacet(fields=[column])}
    return RunEvent(
        eventType=state,
        eventTime=datetime.now(UTC).isoformat(),
        run=Run(runId=str(uuid.uuid5(uuid.NAMESPACE_URL, namespace))),
        job=Job(namespace=namespace, name="job"),
        producer="https://example.invalid/test",
        inputs=[InputDataset("lake", f"{namespace}.in")],
        outputs=[OutputDataset("lake", f"{namespace}.out", facets=schema)],
    )


def test_openlineage_python_tells_a_run(marquez, emitter):
    for state in (RunState.START, RunState.COMPLETE):
        emitter.emit(told(state, "emitted"))
    found = httpx.get(f"{marquez.base}/api/v1/namespaces/emitted/jobs/job", trust_env=False).json()
    assert found["latestRun"]["state"] == "COMPLETED"
    assert found["outputs"] == [{"namespace": "lake", "name": "emitted.out"}]


def test_openlineage_python_is_told_what_is_refused(emitter):
    event = told(RunState.START, "refused")
    event.job.name = None
    with pytest.raises(Exception, match="422"):
        emitter.emit(event)
