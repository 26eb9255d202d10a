"""The shape of OpenLineage events, as far as Marquez reads them (its class LineageEvent)."""

from __future__ import annotations

from environments.local.standins.marquez.reading import Shape

_BASE = {"_producer": "uri", "_schemaURL": "uri"}
_LE = "LineageEvent$"


def _facet(java: str, required: tuple[str, ...] = (), **fields: object) -> Shape:
    return Shape(_LE + java, {**_BASE, **fields}, ("_schemaURL", "_producer", *required))


_PAIR = {"namespace": "text", "name": "text"}
_RUN_FACETS = {
    "nominalTime": _facet("NominalTimeRunFacet", ("nominalStartTime",), nominalStartTime="time", nominalEndTime="time"),
    "parent": _facet(
        "ParentRunFacet",
        ("run", "job"),
        run=Shape(_LE + "RunLink", {"runId": "text"}, ("runId",)),
        job=Shape(_LE + "JobLink", _PAIR, ("namespace", "name")),
    ),
}
_JOB_FACETS = {
    "documentation": _facet("DocumentationJobFacet", description="text"),
    "sourceCodeLocation": _facet("SourceCodeLocationJobFacet", type="text", url="text"),
    "sql": _facet("SQLJobFacet", ("query",), query="text"),
    "jobType": _facet("JobTypeJobFacet", processingType="text", integration="text", jobType="text"),
}
_COLUMN = Shape(
    _LE + "ColumnLineageOutputColumn",
    {
        "inputFields": [
            Shape(_LE + "ColumnLineageInputField", {**_PAIR, "field": "text"}, ("namespace", "name", "field"))
        ],
        "transformationDescription": "text",
        "transformationType": "text",
    },
)
_DATASET_FACETS = {
    "description": "text",
    "documentation": _facet("DocumentationDatasetFacet", description="text"),
    "schema": _facet(
        "SchemaDatasetFacet",
        fields=[Shape(_LE + "SchemaField", {"name": "text", "type": "text", "description": "text"}, ("name",))],
    ),
    "lifecycleStateChange": _facet("LifecycleStateChangeFacet", lifecycleStateChange="text"),
    "dataSource": _facet("DatasourceDatasetFacet", name="text", uri="text"),
    "symlinks": _facet(
        "DatasetSymlinkFacet",
        identifiers=[Shape(_LE + "SymlinkIdentifiers", {**_PAIR, "type": "text"}, ("namespace", "name"))],
    ),
    "columnLineage": _facet(
        "ColumnLineageDatasetFacet", fields=Shape(_LE + "ColumnLineageDatasetFacetFields", further=_COLUMN)
    ),
}
_DATASET = Shape(
    _LE + "Dataset",
    {
        **_PAIR,
        "facets": Shape(_LE + "DatasetFacets", _DATASET_FACETS),
        "inputFacets": Shape(_LE + "InputDatasetFacets"),
        "outputFacets": Shape(_LE + "OutputDatasetFacets"),
    },
    ("namespace", "name"),
)
_JOB = Shape(_LE + "Job", {**_PAIR, "facets": Shape(_LE + "JobFacet", _JOB_FACETS)}, ("name", "namespace"))
_EVENT = {"eventTime": "time", "producer": "text", "schemaURL": "uri"}
_SIDES = {"inputs": [_DATASET], "outputs": [_DATASET]}

RUN_EVENT = Shape(
    "LineageEvent",
    {
        **_EVENT,
        **_SIDES,
        "eventType": "text",
        "run": Shape(_LE + "Run", {"runId": "text", "facets": Shape(_LE + "RunFacet", _RUN_FACETS)}, ("runId",)),
        "job": _JOB,
    },
    ("run", "eventTime", "job", "producer"),
)
DATASET_EVENT = Shape("DatasetEvent", {**_EVENT, "dataset": _DATASET}, ("eventTime", "producer"))
JOB_EVENT = Shape("JobEvent", {**_EVENT, **_SIDES, "job": _JOB}, ("eventTime", "job", "producer"))
# The kind of an event is the last part of its schemaURL; whatever is not one of these is a RunEvent.
KINDS = {"DatasetEvent": DATASET_EVENT, "JobEvent": JOB_EVENT}
