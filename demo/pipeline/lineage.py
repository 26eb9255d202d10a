"""OpenLineage events: what a run of an asset reads and writes, with the schemas of the Iceberg tables.

Event and facets: https://openlineage.io/spec/2-0-2/OpenLineage.json
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import attr
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import DatasetFacet, RunFacet, error_message_run, schema_dataset

URL = "OPENLINEAGE_URL"  # base URL; the client appends /api/v1/lineage
NAMESPACE = "OPENLINEAGE_NAMESPACE"
PRODUCER = "https://github.com/floe-harness/floe-harness/tree/main/demo/pipeline"

Fields = Callable[[str], Iterable[tuple[str, str]]]  # table -> its columns: name and Iceberg type


@attr.define
class DagsterRunFacet(RunFacet):
    """Which Dagster run, job and asset a lineage run belongs to."""

    runId: str = ""
    jobName: str = ""
    assetKey: str = ""

    @staticmethod
    def _get_schema() -> str:
        return f"{PRODUCER}#DagsterRunFacet"


@dataclass(frozen=True)
class DagsterRun:
    """The Dagster run that lineage speaks of."""

    id: str
    job: str

    def lineage_id(self, asset: str) -> str:
        """Return the run id of one asset: a lineage run belongs to one job, so each asset has its own."""
        return str(uuid.uuid5(uuid.UUID(self.id), asset))


@dataclass(frozen=True)
class Events:
    """Makes the events of one Dagster run; pure but for the clock and `fields`."""

    run: DagsterRun
    namespace: str  # of the jobs
    lake: str  # namespace of the datasets, e.g. polaris://demo_catalog
    fields: Fields

    def event(
        self, state: RunState, asset: str, inputs: Sequence[str], outputs: Sequence[str], error: str | None = None
    ) -> RunEvent:
        """Return one event; outputs carry their schema when the state is COMPLETE, inputs always."""
        facet = DagsterRunFacet(runId=self.run.id, jobName=self.run.job, assetKey=asset)
        facets: dict[str, RunFacet] = {"dagster": facet}
        if error:
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(message=error, programmingLanguage="python")
        written = state is RunState.COMPLETE
        return RunEvent(
            eventType=state,
            eventTime=datetime.now(UTC).isoformat(),
            run=Run(runId=self.run.lineage_id(asset), facets=facets),
            job=Job(namespace=self.namespace, name=asset),
            inputs=[InputDataset(namespace=self.lake, name=table, facets=self._schema(table)) for table in inputs],
            outputs=[
                OutputDataset(namespace=self.lake, name=table, facets=self._schema(table) if written else {})
                for table in outputs
            ],
            producer=PRODUCER,
        )

    def _schema(self, table: str) -> dict[str, DatasetFacet]:
        columns = [schema_dataset.SchemaDatasetFacetFields(name=name, type=kind) for name, kind in self.fields(table)]
        return {"schema": schema_dataset.SchemaDatasetFacet(fields=columns)}


class Emitter:
    """Sends events until one is refused; then says so aloud, once, and leaves the run alone."""

    def __init__(self, wanted: bool, log: logging.Logger) -> None:
        self._log = log
        self._client: OpenLineageClient | None = None
        url = os.environ.get(URL)
        if url and wanted:
            # One retry: the client's own five take nine seconds an event when nothing answers.
            transport = {"type": "http", "url": url, "timeout": 3, "retry": {"total": 1, "connect": 1, "read": 1}}
            self._client = OpenLineageClient(config={"transport": transport})
        elif wanted:
            log.error(f"LINEAGE IS LOST: platform.yaml asks for lineage, but {URL} is not set")

    def emit(self, asset: str, make: Callable[[], RunEvent]) -> None:
        """Send the event of the asset that `make` returns; it is not made when lineage is off."""
        if self._client is None:
            return
        try:
            self._client.emit(make())
        # The transport, and the look-up of schemas, raise whatever they meet; lineage never fails a run.
        except Exception as error:
            self._client = None
            self._log.error(
                f"LINEAGE IS LOST: an event of {asset} did not reach {os.environ[URL]}, "
                f"and nothing more is sent in this run: {type(error).__name__}: {error}"
            )
