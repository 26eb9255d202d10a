"""Which part of the stack a workload is: by its image, else by its environment, else by its labels and its name.

Names are a user's choice, images seldom are: so a workload that is renamed stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import get_args

from harness.platform.model import Component
from harness.workloads.model import Container

_COMPONENT_LABEL = "app.kubernetes.io/component"
_NAME_LABELS = ("app.kubernetes.io/name", "app", "app.kubernetes.io/instance")
_WORDS: Mapping[str, str] = {
    "cube": "semantic-layer",
    "cubejs": "semantic-layer",
    "polaris": "catalog",
    "localstack": "object-store",
    "minio": "object-store",
    "seaweedfs": "object-store",
    "jaeger": "trace-store",
    "marquez": "lineage-store",
    "postgres": "database",
    "postgresql": "database",
    "dagster": "orchestrator",
}
# Variables that a part reads itself; those of a client (POLARIS_CLIENT_ID, PGHOST) prove nothing.
_VARIABLES = (
    ("CUBEJS_", "semantic-layer"),
    ("DAGSTER_HOME", "orchestrator"),
    ("DAGSTER_CURRENT_IMAGE", "orchestrator"),
)


def component_of(name: str, labels: Mapping[str, str], containers: Iterable[Container]) -> str | None:
    """Return the component of a workload, None when nothing tells it."""
    said = labels.get(_COMPONENT_LABEL)
    if said in get_args(Component):
        return said
    main = [container for container in containers if not container.init]
    variables = [variable.name for container in main for variable in container.variables]
    by_variable = next((c for start, c in _VARIABLES if any(v.startswith(start) for v in variables)), None)
    return (
        _named(_repository(container.image) for container in main if container.image)
        or by_variable
        or _named(labels[label] for label in _NAME_LABELS if label in labels)
        or _named([name])
    )


def _repository(image: str) -> str:
    """Return an image's name without registry host, tag and digest."""
    first, _, rest = image.partition("/")
    name = rest if rest and ("." in first or ":" in first or first == "localhost") else image
    return name.partition("@")[0].partition(":")[0]


def _named(names: Iterable[str]) -> str | None:
    for name in names:
        for word in reversed(re.split(r"[^a-z0-9]+", name.lower())):  # `dagster-postgres` is a database
            if word in _WORDS:
                return _WORDS[word]
    return None
