"""Which path and method leads to which resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from environments.local.standins.marquez import (
    column_lineage,
    datasets,
    events,
    jobs,
    lineage,
    namespaces,
    problems,
    reading,
    runs,
    search,
    stats,
)
from environments.local.standins.marquez.call import Call
from environments.local.standins.marquez.tables import Dataset, Job, Source

Resource = Callable[[Call], Any]


def not_done(call: Call) -> Any:
    """Refuse what the real server does and the stand-in does not."""
    raise problems.plain(501, "the stand-in for Marquez does not do this: no client of the platform asks for it")


_NAMESPACE = "namespaces/{namespace}"
_JOB, _DATASET = f"{_NAMESPACE}/jobs/{{job}}", f"{_NAMESPACE}/datasets/{{dataset}}"
# A path below /api/v1, and what its methods do. `{x}` is one segment, percent-decoded.
ROUTES: Mapping[str, Mapping[str, Resource]] = {
    "lineage": {"GET": lineage.graph, "POST": events.take},
    "column-lineage": {"GET": column_lineage.graph},
    "runlineage/upstream": {"GET": runs.upstream},
    "events/lineage": {"GET": events.all_of},
    "namespaces": {"GET": namespaces.all_of},
    _NAMESPACE: {"GET": namespaces.one, "PUT": namespaces.put, "DELETE": namespaces.delete},
    "sources": {"GET": namespaces.sources},
    "sources/{source}": {"GET": namespaces.source, "PUT": namespaces.set_source},
    "tags": {"GET": namespaces.tags},
    "tags/{tag}": {"PUT": namespaces.set_tag},
    "jobs": {"GET": jobs.all_of},
    f"{_NAMESPACE}/jobs": {"GET": jobs.all_of},
    _JOB: {"GET": jobs.one, "PUT": jobs.put, "DELETE": jobs.delete},
    f"{_JOB}/runs": {"GET": jobs.list_runs, "POST": jobs.create_run},
    f"{_JOB}/versions": {"GET": jobs.versions},
    f"{_JOB}/versions/{{version}}": {"GET": jobs.version},
    f"{_JOB}/tags/{{tag}}": {"POST": jobs.tag, "DELETE": jobs.untag},
    "jobs/runs/{run}": {"GET": runs.one},
    "jobs/runs/{run}/facets": {"GET": runs.run_facets},
    "jobs/runs/{run}/{move}": {"POST": runs.move},
    f"{_NAMESPACE}/datasets": {"GET": datasets.all_of},
    _DATASET: {"GET": datasets.one, "PUT": datasets.put, "DELETE": datasets.delete},
    f"{_DATASET}/versions": {"GET": datasets.versions},
    f"{_DATASET}/versions/{{version}}": {"GET": datasets.version},
    f"{_DATASET}/tags/{{tag}}": {"POST": datasets.tag, "DELETE": datasets.untag},
    f"{_DATASET}/fields/{{field}}/tags/{{tag}}": {"POST": datasets.tag_field, "DELETE": datasets.untag_field},
    "search": {"GET": search.search},
    "stats/lineage-events": {"GET": stats.events},
    "stats/jobs": {"GET": stats.growth(Job)},
    "stats/datasets": {"GET": stats.growth(Dataset)},
    "stats/sources": {"GET": stats.growth(Source)},
}
# The same for other prefixes.
OTHERS: Mapping[str, Mapping[str, Resource]] = {
    "api/v2beta/search/jobs": {"GET": search.switched_off},
    "api/v2beta/search/datasets": {"GET": search.switched_off},
    "api/v1-beta/graphql": {"GET": not_done, "POST": not_done},
}
# What a named segment must look like; another one makes the path unknown (404).
SEGMENTS = {
    "namespace": r"[a-zA-Z0-9:;=/_\-.@+]{1,1024}",
    "run": reading.UUID.pattern,
    "version": reading.UUID.pattern,
    "move": "start|complete|fail|abort",
}
