"""A container's environment as its process will see it: values that are written, and those taken from ConfigMaps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import Location
from harness.workloads.model import Container, Ref, Variable, Workload

if TYPE_CHECKING:
    from harness.workloads.deployment import Deployment

_EXPANDED = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")


@dataclass(frozen=True)
class Effective:
    """A variable's value. `known` False: it is set, and to what cannot be known. `value` None and `known`: not set."""

    name: str
    value: str | None
    known: bool = True
    location: Location | None = None


def effective_variables(deployment: Deployment, workload: Workload, container: Container) -> Mapping[str, Effective]:
    """Return the variables by name; `env` wins over `envFrom`, later ones over earlier ones, as in Kubernetes."""
    found: dict[str, Effective] = {}
    for source in container.variables_from:
        config = deployment.config(source.ref, workload.namespace)
        for key in (config.keys if config else None) or ():
            text = config.texts.get(key) if config else None
            name = f"{source.prefix}{key}"
            found[name] = Effective(name, text, known=text is not None, location=source.location)
    for variable in container.variables:
        found[variable.name] = _effective(deployment, workload, variable, found)
    return found


def may_be_set_elsewhere(deployment: Deployment, workload: Workload, container: Container) -> bool:
    """Return whether variables come from objects that were not read, so that one which is not seen may yet be set."""
    for source in container.variables_from:
        config = deployment.config(source.ref, workload.namespace)
        if config is None or config.keys is None:
            return True
    return False


def _effective(
    deployment: Deployment, workload: Workload, variable: Variable, before: Mapping[str, Effective]
) -> Effective:
    if variable.ref is not None:
        value, known = _referenced(deployment, workload, variable.ref)
        return Effective(variable.name, value, known, variable.location)
    if variable.value is None:
        return Effective(variable.name, None, known=False, location=variable.location)
    value, known = _expand(variable.value, before)
    return Effective(variable.name, value, known, variable.location)


def _referenced(deployment: Deployment, workload: Workload, ref: Ref) -> tuple[str | None, bool]:
    """Return a value and whether it is known; a key that is not there leaves the variable unset."""
    config = deployment.config(ref, workload.namespace)
    if config is None or config.keys is None or ref.key is None:
        return None, False
    if ref.key not in config.keys:
        return None, True
    return config.texts.get(ref.key), ref.key in config.texts


def _expand(value: str, before: Mapping[str, Effective]) -> tuple[str | None, bool]:
    """Return a value with `$(OTHER)` put in; not known where the other is not."""
    for name in _EXPANDED.findall(value):
        other = before.get(name)
        if other is not None and (not other.known or other.value is None):
            return None, False
    return _EXPANDED.sub(lambda m: str(before[m[1]].value) if m[1] in before else m[0], value), True
